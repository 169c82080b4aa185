// What an embedding layer does, part 1: lookups, their gradients, and bags. The programs of
// docs/embeddings.md.

#include "show.hpp"

namespace tg = tapegrad;
using tour::show;
using tour::show_shape;

namespace {

void rows() {
  // snippet: rows
  tg::Rng rng(1);
  const tg::Embedding embed(500, 50, rng);  // 500 words, 50 numbers for each
  const tg::IndexArray ids{4, 5, 6, 7};
  const tg::Tensor vectors = embed(ids);
  show_shape("four words", vectors);
  show_shape("their sum", tg::sum(vectors, 0, true));

  const tg::IndexArray batch{{1, 2, 3, 4}, {5, 6, 7, 8}};
  show_shape("two texts of four words", embed(batch));
  const bool same = embed(batch).value()(1, 0, 49) == embed.weight.value()(5, 49);
  std::printf("word 5 is row 5: %s\n", same ? "yes" : "no");
  std::printf("trained numbers: %zu\n", tg::count_values(embed).trainable);
  // end
}

void one_hot() {
  // snippet: one_hot
  tg::Rng rng(2);
  const tg::Linear linear(4, 3, rng, {.bias = false});
  const tg::Array table = tg::transpose(linear.weight).value();  // [4, 3]
  const tg::Embedding embed = tg::Embedding::from_pretrained(table);
  const tg::Array words{{1, 0, 0, 0}, {0, 0, 1, 0}};  // 0 and 2, one-hot
  show("linear", linear(tg::Tensor(words)));
  show("embed", embed(tg::IndexArray{0, 2}));
  // end
}

void csr() {
  tg::Rng rng(2);
  const tg::Linear linear(4, 3, rng, {.bias = false});
  const tg::Array table = tg::transpose(linear.weight).value();
  // snippet: csr
  const tg::Array matrix{{1, 0, 1, 0}, {0, 0, 1, 1}, {1, 1, 1, 0}};  // three texts, four words
  const tg::IndexArray indices{0, 2, 2, 3, 0, 1, 2};                 // the same as CSR
  const tg::IndexArray indptr{0, 2, 4, 7};
  const tg::EmbeddingBag bag = tg::EmbeddingBag::from_pretrained(table, {.mode = tg::BagMode::sum});
  show("bags", bag({.ids = indices, .offsets = indptr, .include_last_offset = true}));
  show("product", tg::matmul(tg::Tensor(matrix), tg::Tensor(table)));
  // end
}

// Mean and deviation of a table's numbers.
void describe(const char* name, const tg::Parameter& p) {
  const tg::Tensor x(p.value());
  const auto mean = static_cast<double>(tg::mean(x).item());
  const auto square = static_cast<double>(tg::mean(x * x).item());
  std::printf("%-15s mean %7.4f, deviation %.4f\n", name, mean, std::sqrt(square - mean * mean));
}

void initial() {
  // snippet: initial
  tg::Rng rng(3);
  const tg::Embedding embed(1000, 300, rng);
  describe("as it comes", embed.weight);
  tg::init::xavier_uniform(embed.weight, rng);
  describe("xavier_uniform", embed.weight);
  tg::init::uniform(embed.weight, rng, -0.1, 0.1);
  describe("uniform", embed.weight);
  tg::init::kaiming_normal(embed.weight, rng, {.nonlinearity = tg::Nonlinearity::relu});
  describe("kaiming_normal", embed.weight);
  tg::init::constant(embed.weight, 0.5);
  describe("constant", embed.weight);
  // end
}

void padding() {
  // snippet: padding
  tg::Rng rng(4);
  const tg::Embedding embed(6, 2, rng, {.padding_idx = 0});
  const tg::IndexArray ids{{1, 2, 3, 0, 0}, {4, 5, 0, 0, 0}};
  tg::AdamW adamw(embed, {.lr = 0.1, .weight_decay = 0.1});
  for (int step = 0; step < 10; ++step) {
    tg::Tape tape;
    const tg::Tensor x = embed(ids);  // [2, 5, 2]
    const tg::Tensor texts = tg::masked_mean(x, tg::padding_mask(ids, 0));
    const tg::Gradients gradients = tape.backward(tg::mean(texts * texts));
    if (step == 0) show("gradient of embed.weight", gradients[embed.weight].rows());
    adamw.step(gradients);
  }
  show("row 0 after ten steps", embed(tg::IndexArray{0}));
  // end
}

void row_gradients() {
  // snippet: row_gradients
  tg::Rng rng(5);
  const tg::Embedding embed(100000, 2, rng);
  tg::Tape tape;
  const tg::Tensor vectors = embed(tg::IndexArray{7, 99999, 7});  // 7 comes twice
  const tg::Gradients gradients = tape.backward(tg::sum(vectors));
  show("gradient", gradients[embed.weight].rows());
  std::printf("bytes: %zu, as a whole table: %zu\n", gradients[embed.weight].bytes(),
              gradients.dense(embed.weight).size() * sizeof(tg::Real));
  // end
}

void max_norm() {
  // snippet: max_norm
  const tg::Parameter table(tg::Array{{3, 4}, {0.3F, 0.4F}, {6, 8}});
  const tg::Embedding embed(table, {.max_norm = 1.0});
  const tg::IndexArray ids{0, 1};
  embed(ids);  // no tape: evaluation changes nothing
  show("before", table);
  tg::Tape tape;
  embed(ids);
  show("behind a lookup that is recorded", table);
  // end
}

void text_embedding() {
  // snippet: text_embedding
  tg::Rng rng(6);
  const tg::TextEmbedding embed(5000, 300, rng, {.padding_idx = 0, .dropout = 0.1});
  tg::IndexArray ids(tg::Shape{32, 100});
  for (tg::Index& id : ids) id = static_cast<tg::Index>(rng.below(5000));

  const tg::Context training{.training = true, .seed = 1, .step = 0};
  const tg::Tensor x = embed(ids, training);
  show_shape("32 texts of 100 words", x);
  std::size_t zeros = 0;
  for (const tg::Real value : x.value()) zeros += value == 0 ? 1 : 0;
  show("share of zeros in training", static_cast<double>(zeros) / 960000);
  const tg::Array plain = embed(ids, tg::Context()).value();
  std::printf("in evaluation it is the lookup: %s\n",
              plain == embed.embedding(ids).value() ? "yes" : "no");
  // end
}

void bags() {
  // snippet: bags
  const tg::Parameter table(tg::Array{{0, 0}, {1, 2}, {3, 4}, {5, 6}});
  const tg::IndexArray ids{{1, 3, 0}, {2, 0, 0}};  // two sets of words, padded
  for (const tg::BagMode mode : {tg::BagMode::sum, tg::BagMode::mean, tg::BagMode::max}) {
    show("bag", tg::EmbeddingBag(table, {.mode = mode, .padding_idx = 0})({.ids = ids}));
  }
  const tg::EmbeddingBag weighted(table, {.mode = tg::BagMode::sum, .padding_idx = 0});
  const tg::Array weights{{0.5F, 2, 0}, {1, 0, 0}};
  show("weighted sum", weighted({.ids = ids}, tg::Tensor(weights)));
  // end
}

}  // namespace

int main() {
  return tour::run({{"rows", rows},
                    {"one_hot", one_hot},
                    {"csr", csr},
                    {"initial", initial},
                    {"padding", padding},
                    {"row_gradients", row_gradients},
                    {"max_norm", max_norm},
                    {"text_embedding", text_embedding},
                    {"bags", bags}});
}
