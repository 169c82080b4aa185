// What an embedding layer does, part 2: pretrained vectors, freezing, similarities, training, and
// tables in fewer bits. The programs of docs/embeddings.md, on the data that come with the library:
//   vectors [DATA]

#include <algorithm>
#include <utility>
#include <xtensor/xmath.hpp>

#include "show.hpp"

namespace tg = tapegrad;
using tour::show;
using tour::show_shape;

namespace {

std::string data = "data";  // the folder

// snippet: load
struct Reviews {
  tg::Vocabulary vocabulary;
  tg::EncodedTexts texts;
  std::vector<tg::Index> labels;
  tg::Array table;  // [V, 100]
};

Reviews load_reviews() {
  const tg::Dataset train = tg::load_dataset(data + "/reviews.train.tsv");
  const std::vector<std::string> texts(train.texts.begin(), train.texts.end());
  const tg::Tokenizer tokenizer;
  tg::Vocabulary vocabulary(tg::count_words(texts, tokenizer));
  const tg::WordVectors glove = tg::load_vectors(data + "/glove.6B.100d.words.txt.gz", vocabulary);
  std::printf("%s\n", tg::to_string(tg::coverage(vocabulary, glove)).c_str());
  tg::Array table = tg::init_table(vocabulary, glove, tg::Rng(1));
  tg::EncodedTexts encoded = tg::encode(texts, tokenizer, vocabulary);
  return {std::move(vocabulary), std::move(encoded), train.labels, std::move(table)};
}
// end

const Reviews& reviews() {
  static const Reviews loaded = load_reviews();
  return loaded;
}

void load() {
  show_shape("table", tg::Tensor(reviews().table));
}

void freeze() {
  const tg::Array& table = reviews().table;
  // snippet: freeze
  tg::Rng rng(1);
  const tg::Embedding embed =
      tg::Embedding::from_pretrained(table, {.padding_idx = tg::Vocabulary::pad});
  const tg::Linear out(100, 2, rng);
  auto parameters = tg::parameters(embed);
  for (const tg::NamedParameter& p : tg::parameters(out)) parameters.push_back(p);
  tg::Adam adam(parameters, {.lr = 0.01});

  const auto step = [&] {
    tg::Tape tape;
    const tg::Tensor texts = tg::mean(embed(tg::IndexArray{{7, 12, 4}, {9, 5, 3}}), 1);
    adam.step(tape.backward(tg::cross_entropy(out(texts), {0, 1})));
    std::printf("the table is as it was: %s\n", embed.weight.value() == table ? "yes" : "no");
  };
  step();               // from_pretrained froze it
  tg::unfreeze(embed);  // thawed: the same optimizer trains it from here on
  step();
  // end
}

// snippet: cosine
double cosine(const tg::Array& table, tg::Index a, tg::Index b) {
  const tg::Tensor rows = tg::embedding(tg::Tensor(table), tg::IndexArray{a, b});
  const tg::Array products = tg::matmul(rows, tg::transpose(rows)).value();  // [2, 2]
  return static_cast<double>(products(0, 1) / std::sqrt(products(0, 0) * products(1, 1)));
}

void print_pairs(const tg::Array& table) {
  const tg::Vocabulary& words = reviews().vocabulary;
  for (const auto& [a, b] : {std::pair("film", "comedy"), std::pair("film", "soup"),
                             std::pair("good", "bad"), std::pair("excellent", "awful")}) {
    const double similar = cosine(table, words.find(a).value(), words.find(b).value());
    std::printf("%-10s %-7s %5.2f\n", a, b, similar);
  }
}
// end

void similar() {
  print_pairs(reviews().table);
}

// snippet: train
struct Classifier {
  tg::EmbeddingBag embed;
  tg::Linear out;
  static void visit(auto& self, auto&& v) { v("embed", self.embed), v("out", self.out); }
};

// Trains with batches of 32, and returns the mean loss of the last epoch.
double train(const Classifier& model, int epochs) {
  tg::Adam adam(model, {.lr = 0.005});
  double sum = 0;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    const tg::BatchPlan plan =
        tg::shuffled_batches(reviews().texts, 32, 1, static_cast<std::uint64_t>(epoch));
    sum = 0;
    for (const std::vector<tg::Index>& examples : plan.batches) {
      const tg::FlatBatch batch = tg::flat_batch(reviews().texts, examples);
      tg::Tape tape;
      const tg::Tensor logits = model.out(model.embed({batch.ids, batch.offsets}));
      const tg::Tensor loss =
          tg::cross_entropy(logits, tg::batch_labels(reviews().labels, examples));
      adam.step(tape.backward(loss));
      sum += static_cast<double>(loss.item()) / static_cast<double>(plan.batches.size());
    }
    adam.settle();
  }
  return sum;
}

void fine_tune() {
  tg::Rng rng(1);
  const Classifier model{
      tg::EmbeddingBag::from_pretrained(reviews().table, {.freeze = false, .padding_idx = 0}),
      tg::Linear(100, 2, rng)};
  std::printf("loss in epoch 1: %.2f\n", train(model, 1));
  std::printf("loss in epoch 8 after it: %.2f\n", train(model, 8));
  print_pairs(model.embed.weight.value());
}
// end

void moved() {
  tg::Rng rng(1);
  const Classifier model{
      tg::EmbeddingBag::from_pretrained(reviews().table, {.freeze = false, .padding_idx = 0}),
      tg::Linear(100, 2, rng)};
  train(model, 9);
  // snippet: moved
  const tg::Array before = reviews().table;
  const tg::Array after = model.embed.weight.value();
  const tg::Tensor change(after - before);
  const tg::Array lengths = tg::sum(change * change, 1).value();  // [V], squared
  std::vector<tg::Index> order(lengths.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<tg::Index>(i);
  std::sort(order.begin(), order.end(),
            [&](tg::Index a, tg::Index b) { return lengths(a) > lengths(b); });
  for (std::size_t i = 0; i < 8; ++i)
    std::printf("%s ", reviews().vocabulary.word(order[i]).c_str());
  std::printf("\npadding moved by %.1f\n", static_cast<double>(lengths(tg::Vocabulary::pad)));
  // end
}

void quantized() {
  // snippet: quantized
  tg::Embedding embed = tg::Embedding::from_pretrained(reviews().table);
  const tg::IndexArray ids{7, 12, 4};
  const tg::Array exact = embed(ids).value();
  const double floats = static_cast<double>(reviews().table.size() * sizeof(tg::Real));
  for (const char* kind : {"float16", "int8", "int4"}) {
    tg::QuantizedTable small = tg::quantize(reviews().table, tg::quantized_kind(kind));
    const double share = static_cast<double>(small.size()) / floats;
    embed.use_quantized(std::move(small));
    const tg::Array about = embed(ids).value();
    const auto furthest = static_cast<double>(xt::amax(xt::abs(about - exact))());
    std::printf("%-7s %2.0f %% of the bytes, no number moves by more than %.3f\n", kind,
                100 * share, std::ceil(1000 * furthest) / 1000);
  }
  // end
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) data = argv[1];
  return tour::run({{"load", load},
                    {"freeze", freeze},
                    {"similar", similar},
                    {"train", fine_tune},
                    {"moved", moved},
                    {"quantized", quantized}});
}
