#include <catch2/catch.hpp>
#include <tapegrad/training/serving.hpp>
#include <tapegrad/training/smaller_model.hpp>

#include <temporary.hpp>
#include "tiny.hpp"

using tapegrad::Array;
using tapegrad::ClassifierModel;
using tapegrad::Index;
using tapegrad::ModelKind;
using tapegrad::QuantizedKind;
using tapegrad::Real;
using tapegrad::Serving;
using Strings = std::vector<std::string>;

namespace {

const Strings texts = {"word2 word3 new word2", "", "Word9", "new other word4 word5 word6 word7",
                       "word10 word11 word3 word2 word12 word13"};
const std::vector<std::string_view> views(texts.begin(), texts.end());

ClassifierModel model_of(ModelKind kind, const tapegrad::NgramOptions& ngrams = {}) {
  tapegrad::WordCounts counts;
  for (std::size_t i = 2; i < tiny::words; ++i) counts.add("word" + std::to_string(i));
  ClassifierModel model{{.kind = kind, .ngrams = ngrams},
                        {},
                        tapegrad::Vocabulary(counts),
                        {"bad", "good"},
                        tiny::classifier(kind)};
  if (ngrams.order == 1 && !ngrams.distinct) return model;
  const auto train =
      encode({"word2 word3 word2 word3 word4"}, tapegrad::Tokenizer(model.rules), model.vocabulary);
  model.ngrams = tapegrad::Ngrams(train, ngrams);
  const auto rows = tiny::words + static_cast<std::size_t>(model.ngrams.size());
  tapegrad::Rng rng(3);
  model.net = make_classifier(model.config, tiny::table(rows, 4), rng);
  return model;
}

// The model with a vector of its own for the word "new".
ClassifierModel with_kept(ClassifierModel model, const std::vector<Real>& vector = {1, -2, 3, 4}) {
  model.kept.words = {"new"};
  model.kept.values = Array(tapegrad::Shape{1, 4});
  std::copy(vector.begin(), vector.end(), model.kept.values.data());
  return model;
}

Index id(const ClassifierModel& model, const char* word) {
  return model.vocabulary.id(word);
}

std::vector<std::int32_t> ids_of(const tapegrad::EncodedTexts& encoded, std::size_t n) {
  return {encoded.ids.begin() + encoded.offsets[n], encoded.ids.begin() + encoded.offsets[n + 1]};
}

void check_near(const Array& a, const Array& b) {
  REQUIRE(a.shape() == b.shape());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a.data()[i] == Approx(b.data()[i]).margin(1e-6));
  }
}

}  // namespace

TEST_CASE("a served model takes texts as ids, and says what predict says, in their order") {
  for (const ModelKind kind : tiny::kinds) {
    const ClassifierModel model = model_of(kind);
    const Serving serving(model);
    const auto served = serving.encode(views);
    const auto encoded = encode(model, texts);
    CHECK(served.encoded.ids == encoded.ids);
    CHECK(served.encoded.offsets == encoded.offsets);
    CHECK(served.encoded.unknown == encoded.unknown);
    CHECK(served.entries.empty());
    const auto said = serving.predict(served);
    const auto expected = predict(model.net, encoded);
    CHECK(said.labels == expected.labels);
    check_near(said.probabilities, expected.probabilities);
  }
}

TEST_CASE("no texts are no answers") {
  for (const ModelKind kind : tiny::kinds) {
    const Serving serving(model_of(kind));
    const auto none = serving.encode({}, true);
    CHECK(serving.predict(none).labels.empty());
    CHECK(serving.text_vectors(none).shape()[0] == 0);
    CHECK(serving.explain(none, {}).empty());
  }
}

TEST_CASE("text vectors are what the last layer gets") {
  for (const ModelKind kind : tiny::kinds) {
    const ClassifierModel model = model_of(kind);
    const Serving serving(model);
    const auto served = serving.encode(views);
    const Array vectors = serving.text_vectors(served);
    CHECK(vectors.shape() == tapegrad::Shape{texts.size(), text_vector_width(model.net)});
    const auto last = [&](const auto& each) { return each.out(tapegrad::Tensor(vectors)); };
    const auto logits = std::visit(last, model.net.net);
    check_near(softmax(logits).value(), serving.predict(served).probabilities);
  }
  const Array vectors =
      Serving(model_of(ModelKind::bag))
          .text_vectors(Serving(model_of(ModelKind::bag)).encode({"word2 word3"}));
  const ClassifierModel model = model_of(ModelKind::bag);
  const Array table = model.net.table().value();
  for (std::size_t d = 0; d < 4; ++d) {
    const Real a = table(static_cast<std::size_t>(id(model, "word2")), d);
    const Real b = table(static_cast<std::size_t>(id(model, "word3")), d);
    CHECK(vectors(0, d) == Approx((a + b) / 2).margin(1e-6));
  }
}

TEST_CASE("many texts of all lengths keep their order") {
  Strings many;
  for (std::size_t i = 0; i < 500; ++i) {
    std::string text;
    for (std::size_t j = 0; j < i * 37 % 41; ++j) text += "word" + std::to_string(2 + i % 18) + " ";
    many.push_back(text);
  }
  many[77] += std::string(9000, 'x');
  for (int i = 0; i < 9000; ++i) many[78] += " word5";
  for (const ModelKind kind : tiny::kinds) {
    const ClassifierModel model = model_of(kind);
    const Serving serving(model);
    const auto served = serving.encode({many.begin(), many.end()});
    check_near(serving.predict(served).probabilities,
               predict(model.net, encode(model, many), 1).probabilities);
  }
}

TEST_CASE("a word with a kept vector counts as if it were in the vocabulary") {
  for (const ModelKind kind : tiny::kinds) {
    const ClassifierModel model = model_of(kind);
    const Serving serving(with_kept(model));
    // A model in which <unk> itself has that vector answers alike where "new" alone is unknown.
    ClassifierModel changed{model.config, model.rules, model.vocabulary, model.labels,
                            tapegrad::clone(model.net)};
    Array table = model.net.table().value();
    const std::vector<Real> vector = {1, -2, 3, 4};
    std::copy(vector.begin(), vector.end(), table.data() + 4 * tapegrad::Vocabulary::unk);
    tapegrad::Parameter(changed.net.table()).assign(table);
    const auto served = serving.encode({views[0], "new", "NEW word2"});
    CHECK(served.encoded.unknown == 0);
    const auto expected = predict(changed.net, encode(changed, {texts[0], "new", "NEW word2"}));
    check_near(serving.predict(served).probabilities, expected.probabilities);
    // Words that nobody knows have the vector of <unk> as before, and known ones theirs.
    const auto others = serving.encode({"word2 other"});
    check_near(serving.predict(others).probabilities,
               predict(model.net, encode(model, {"word2 other"})).probabilities);
    CHECK(same(model.net.table().value(), tiny::table(tiny::words, 4)));
  }
}

TEST_CASE("beside a quantized table, kept vectors are quantized alike") {
  for (const ModelKind kind : tiny::kinds) {
    for (const auto bits : {QuantizedKind::float16, QuantizedKind::int8, QuantizedKind::int4}) {
      INFO(to_string(kind) << ", " << to_string(bits));
      const ClassifierModel model = with_kept(model_of(kind), {0.1F, -0.2F, 0.35F, 0.4F});
      const Serving small(tapegrad::quantized(model, bits));
      // The model of the numbers that the codes stand for.
      const auto rounded = [bits](const Array& table) { return dequantize(quantize(table, bits)); };
      ClassifierModel changed = model;
      changed.net = tapegrad::clone(model.net);
      tapegrad::Parameter(changed.net.table()).assign(rounded(model.net.table().value()));
      changed.kept.values = rounded(model.kept.values);
      const Serving wanted(std::move(changed));
      const auto served = small.encode(views);
      check_near(small.predict(served).probabilities, wanted.predict(served).probabilities);
      check_near(small.text_vectors(served), wanted.text_vectors(served));
      const std::vector<Index> classes(texts.size(), 1);
      const std::vector<Real> moved = small.explain(served, classes);
      const std::vector<Real> expected = wanted.explain(served, classes);
      REQUIRE(moved.size() == expected.size());
      for (std::size_t i = 0; i < moved.size(); ++i) {
        CHECK(moved[i] == Approx(expected[i]).margin(1e-6));
      }
    }
  }
}

TEST_CASE("kept words keep their place before the n-grams, which do not know them") {
  const ClassifierModel model = model_of(ModelKind::bag, {.order = 2, .min_count = 1});
  REQUIRE(model.ngrams.size() == 3);
  const Serving serving(with_kept(model));
  const auto served = serving.encode({"new word2 word3 other"}, true);
  const auto expected = encode(model, {"new word2 word3 other"});
  auto ids = expected.ids;
  REQUIRE(ids[0] == tapegrad::Vocabulary::unk);
  ids[0] = static_cast<std::int32_t>(tiny::words + 3);
  CHECK(served.encoded.ids == ids);
  CHECK(served.entries == Strings{"new", "word2", "word3", "other", "word2 word3"});
}

TEST_CASE("where words count once, kept ones take the place of <unk> if none is left for it") {
  const ClassifierModel model = with_kept(model_of(ModelKind::bag, {.order = 1, .distinct = true}));
  const Serving serving(model);
  const auto served =
      serving.encode({"new word2 new word2", "new other new", "other other word3", "word4"}, true);
  const auto kept = static_cast<std::int32_t>(tiny::words);
  const auto known = [&](const char* word) { return static_cast<std::int32_t>(id(model, word)); };
  CHECK(ids_of(served.encoded, 0) == std::vector<std::int32_t>{known("word2"), kept});
  CHECK(ids_of(served.encoded, 1) == std::vector<std::int32_t>{1, kept});
  CHECK(ids_of(served.encoded, 2) == std::vector<std::int32_t>{1, known("word3")});
  CHECK(ids_of(served.encoded, 3) == std::vector<std::int32_t>{known("word4")});
  CHECK(served.entries == Strings{"word2", "new", "<unk>", "new", "<unk>", "word3", "word4"});
}

TEST_CASE("with Naive-Bayes weights a kept word has that of <unk>") {
  ClassifierModel model = model_of(ModelKind::bag);
  tapegrad::Rng rng(3);
  Array ratios = tapegrad::zeros({tiny::words});
  for (std::size_t i = 1; i < tiny::words; ++i) ratios(i) = static_cast<Real>(i);
  model.config.nb_weights = true;
  model.net = make_classifier(model.config, tiny::table(tiny::words, 4), rng, ratios);
  const Serving serving(with_kept(model));
  const Array vector = serving.text_vectors(serving.encode({"new"}));
  for (std::size_t d = 0; d < 4; ++d) CHECK(vector(0, d) == std::vector<Real>{1, -2, 3, 4}[d]);
}

TEST_CASE("entries are named as the text has them, n-grams by their words") {
  const auto names = [](const tapegrad::NgramOptions& ngrams, const std::string& text) {
    return Serving(model_of(ModelKind::bag, ngrams)).encode({text}, true).entries;
  };
  CHECK(names({}, "Word2, WORD3 nobody!") == Strings{"word2", ",", "word3", "nobody", "!"});
  CHECK(names({.order = 3, .min_count = 1}, "word2 word3 word2 x") ==
        Strings{"word2", "word3", "word2", "x", "word2 word3", "word3 word2", "word2 word3 word2"});
  // With buckets every n-gram has a row, whatever its words.
  CHECK(names({.order = 2, .buckets = 5}, "word2 x y") ==
        Strings{"word2", "x", "y", "word2 x", "x y"});
  // One bucket for all: the first names it.
  CHECK(names({.order = 3, .buckets = 1, .distinct = true}, "word3 word2 x word3") ==
        Strings{"<unk>", "word2", "word3", "word3 word2"});
  CHECK(names({.order = 3, .buckets = 1}, "word3 word2 x") ==
        Strings{"word3", "word2", "x", "word3 word2", "word2 x", "word3 word2 x"});
}

TEST_CASE("a served model explains each text for its class, n-grams and kept words among them") {
  const Serving serving(with_kept(model_of(ModelKind::bag, {.order = 2, .min_count = 1})));
  const auto served = serving.encode(views, true);
  const auto said = serving.predict(served);
  const auto weights = serving.explain(served, said.labels);
  REQUIRE(weights.size() == served.encoded.ids.size());
  REQUIRE(served.entries.size() == weights.size());
  const auto& bag = std::get<tapegrad::BagClassifier>(serving.model().net.net);
  const Array logits = bag.out(tapegrad::Tensor(serving.text_vectors(served))).value();
  for (std::size_t n = 0; n < texts.size(); ++n) {
    double sum = bag.out.bias.value()(static_cast<std::size_t>(said.labels[n]));
    for (Index i = served.encoded.offsets[n]; i < served.encoded.offsets[n + 1]; ++i) {
      sum += weights[static_cast<std::size_t>(i)];
    }
    CHECK(sum == Approx(logits(n, static_cast<std::size_t>(said.labels[n]))).margin(1e-6));
  }
  // The padded models reorder texts by their length on the way.
  for (const ModelKind kind : {ModelKind::mean, ModelKind::cnn}) {
    const Serving other(model_of(kind));
    const auto all = other.encode(views);
    const auto together = other.explain(all, {0, 1, 0, 1, 0});
    auto at = together.begin();
    for (std::size_t n = 0; n < texts.size(); ++n) {
      for (const Real weight : other.explain(other.encode({views[n]}), {n % 2 == 0 ? 0 : 1})) {
        CHECK(*at++ == Approx(weight).margin(1e-6));
      }
    }
    CHECK(at == together.end());
  }
}
