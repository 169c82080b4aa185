// Models with fewer words.
#include <catch2/catch.hpp>
#include <draws.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/training/smaller_model.hpp>

#include <temporary.hpp>
#include "tiny.hpp"

using tapegrad::ClassifierModel;
using tapegrad::Index;
using tapegrad::KeepBy;
using tapegrad::ModelKind;

namespace {

constexpr std::size_t width = 2;

// The words a, b, c and d by falling frequency, the vectors of which have the norms 1, 4, 2 and 4;
// n-grams "a b", "b c", "<unk> b" and "d a".
ClassifierModel model_of(ModelKind kind, bool ngrams = false, Index buckets = 0) {
  tapegrad::WordCounts counts;
  for (const auto& [word, count] : {std::pair{"a", 4}, {"b", 3}, {"c", 2}, {"d", 1}}) {
    counts.add(word, count);
  }
  ClassifierModel model{
      {.kind = kind, .classes = 2, .hidden = 3, .filter_widths = {2}, .filters = 3},
      {.whitespace_only = true},
      tapegrad::Vocabulary(counts),
      {"bad", "good"},
      tiny::classifier(kind)};
  if (ngrams) {
    model.config.ngrams = {.order = 2, .min_count = 1, .buckets = buckets};
    model.config.nb_weights = true;
    model.ngrams = tapegrad::Ngrams(encode({"a b c", "a b", "zzz b", "d a"},
                                           tapegrad::Tokenizer(model.rules), model.vocabulary),
                                    model.config.ngrams);
  }
  const auto rows = 6 + static_cast<std::size_t>(model.ngrams.size());
  tapegrad::Array table = tiny::table(rows, width);
  const float numbers[][width] = {{0, 0}, {9, 9}, {1, 0}, {0, -4}, {2, 0}, {4, 0}};
  for (std::size_t row = 0; row < 6; ++row) std::copy_n(numbers[row], width, &table(row, 0));
  tapegrad::Array ratios = tapegrad::zeros({rows});
  for (std::size_t i = 1; i < rows; ++i) ratios(i) = static_cast<float>(i);
  tapegrad::Rng rng(5);
  model.net = make_classifier(model.config, table, rng, ngrams ? ratios : tapegrad::Array{});
  return model;
}

std::vector<std::string> words_of(const ClassifierModel& model) {
  return model.vocabulary.words();
}

tapegrad::Array probabilities(const ClassifierModel& model, const std::vector<std::string>& texts) {
  return predict(model.net, encode(model, texts)).probabilities;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("pruning keeps the most frequent words, or those of the largest norm, in their order") {
  const ClassifierModel model = model_of(ModelKind::mean);
  CHECK(words_of(pruned(model, 4, KeepBy::frequency)) == Words{"<pad>", "<unk>", "a", "b"});
  CHECK(words_of(pruned(model, 4, KeepBy::norm)) == Words{"<pad>", "<unk>", "b", "d"});
  CHECK(words_of(pruned(model, 3, KeepBy::norm)) == Words{"<pad>", "<unk>", "b"});
  CHECK(words_of(pruned(model, 5, KeepBy::norm)) == Words{"<pad>", "<unk>", "b", "c", "d"});
  CHECK(words_of(pruned(model, 2, KeepBy::frequency)) == Words{"<pad>", "<unk>"});
  for (const Index keep : {6, 7, 1000}) {
    CHECK(words_of(pruned(model, keep, KeepBy::norm)) == words_of(model));
  }
  CHECK(same(pruned(model, 4, KeepBy::norm).net.table().value(),
             tapegrad::Array{{0, 0}, {1.5F, 0}, {0, -4}, {4, 0}}));
  CHECK(pruned(model, 4, KeepBy::norm).net.table().frozen_rows() == std::vector<Index>{0});
  CHECK(words_of(model).size() == 6);
}

TEST_CASE("a pruned model reads what it lost as <unk>, and the rest as before") {
  for (const ModelKind kind : tiny::kinds) {
    const ClassifierModel model = model_of(kind);
    const ClassifierModel small = pruned(model, 4, KeepBy::norm);
    CHECK(same(probabilities(small, {"b d b", ""}), probabilities(model, {"b d b", ""})));
    CHECK(same(probabilities(small, {"a b c", "c"}), probabilities(small, {"zzz b zzz", "zzz"})));
    // <unk> is the mean of a and c now.
    tapegrad::Parameter table = model.net.table();
    table.mutate()(1, 0) = 1.5F, table.mutate()(1, 1) = 0;
    CHECK(same(probabilities(small, {"a b c"}), probabilities(model, {"zzz b zzz"})));
    const TemporaryDirectory directory;
    save_model(small, directory.path());
    CHECK(same(probabilities(tapegrad::load_model(directory.path()), {"a b c"}),
               probabilities(small, {"a b c"})));
    const ClassifierModel both = quantized(small, tapegrad::QuantizedKind::int8);
    CHECK(both.net.table_shape() == tapegrad::Shape{4, width});
  }
}

TEST_CASE("of listed n-grams those stay whose words do") {
  const ClassifierModel model = model_of(ModelKind::bag, true);
  REQUIRE(model.ngrams.size() == 4);
  const ClassifierModel small = pruned(model, 4, KeepBy::frequency);
  // "a b" and "<unk> b" are left: "b c" and "d a" have a word that is gone.
  CHECK(small.ngrams.size() == 2);
  CHECK(small.net.table_shape() == tapegrad::Shape{6, width});
  CHECK(same(probabilities(small, {"a b a"}), probabilities(model, {"a b a"})));
  CHECK(same(probabilities(small, {"c b", "b d"}), probabilities(small, {"zzz b", "b zzz"})));
  CHECK(parameters(small.net).back().parameter.value()(1) == 4.5F);  // of c and d: ids 4 and 5
  const TemporaryDirectory directory;
  save_model(small, directory.path());
  CHECK(same(probabilities(tapegrad::load_model(directory.path()), {"a b", "c b"}),
             probabilities(small, {"a b", "c b"})));
}

TEST_CASE("the n-grams that stay keep their rows") {
  const ClassifierModel model = model_of(ModelKind::bag, true);
  for (const Index keep : {4, 5, 6}) {
    for (const KeepBy by : {KeepBy::frequency, KeepBy::norm}) {
      const ClassifierModel small = pruned(model, keep, by);
      const auto text = [](const ClassifierModel& of, Index number) {
        std::string all;
        for (const auto id : of.ngrams.words(number)) all += of.vocabulary.word(id) + ' ';
        return all;
      };
      for (Index number = 0; number < small.ngrams.size(); ++number) {
        Index old = 0;
        while (text(model, old) != text(small, number)) ++old;
        const Index row = small.vocabulary.size() + number;
        const Index old_row = model.vocabulary.size() + old;
        for (std::size_t d = 0; d < width; ++d) {
          CHECK(small.net.table().value()(row, d) == model.net.table().value()(old_row, d));
        }
      }
    }
  }
}

TEST_CASE("of words with equal norms the most frequent stay") {
  tapegrad::WordCounts counts;
  for (Index i = 1; i <= 60; ++i) counts.add(std::to_string(i), i);
  ClassifierModel model = model_of(ModelKind::mean);
  model.vocabulary = tapegrad::Vocabulary(counts);
  tapegrad::Array table = tapegrad::full({62, width}, 1);
  table(0, 0) = table(0, 1) = 0;
  tapegrad::Rng rng(1);
  model.net = make_classifier(model.config, table, rng);
  CHECK(words_of(pruned(model, 30, KeepBy::norm)) ==
        words_of(pruned(model, 30, KeepBy::frequency)));
}

TEST_CASE("what cannot be pruned is refused") {
  CHECK_THAT(error_of<std::invalid_argument>(
                 [] { pruned(model_of(ModelKind::bag, true, 50), 4, KeepBy::frequency); }),
             Catch::Contains("hashes its n-grams"));
  CHECK_THAT(error_of<std::invalid_argument>(
                 [] { pruned(model_of(ModelKind::bag), 1, KeepBy::frequency); }),
             Catch::Contains("keep is 1, expected at least 2"));
  CHECK(tapegrad::keep_by("norm") == KeepBy::norm);
  CHECK(tapegrad::keep_by("frequency") == KeepBy::frequency);
  CHECK_THAT(error_of<std::invalid_argument>([] { tapegrad::keep_by("age"); }),
             Catch::Contains("by: \"age\" is not one of frequency, norm"));
}

TEST_CASE("pruning any model by any number leaves the vectors of what it keeps") {
  for_each_draw(50, [](tapegrad::Rng& rng) {
    tapegrad::WordCounts counts;
    const std::size_t words = random_size(0, 30, rng);
    for (std::size_t i = 0; i < words; ++i) {
      counts.add(std::to_string(i), static_cast<Index>(1 + rng.below(9)));
    }
    ClassifierModel model = model_of(ModelKind::mean);
    model.vocabulary = tapegrad::Vocabulary(counts);
    tapegrad::Rng other(1);
    model.net = make_classifier(model.config, tiny::table(words + 2, 3, rng.below(1000)), other);
    const auto keep = static_cast<Index>(random_size(2, 35, rng));
    const KeepBy by = rng.below(2) == 0 ? KeepBy::norm : KeepBy::frequency;
    const ClassifierModel small = pruned(model, keep, by);
    REQUIRE(small.vocabulary.size() == std::min<Index>(keep, model.vocabulary.size()));
    REQUIRE(small.net.table_shape()[0] == static_cast<std::size_t>(small.vocabulary.size()));
    for (Index id = 2; id < small.vocabulary.size(); ++id) {
      const Index old = model.vocabulary.id(small.vocabulary.word(id));
      REQUIRE(old >= id);
      for (std::size_t d = 0; d < 3; ++d) {
        REQUIRE(small.net.table().value()(id, d) == model.net.table().value()(old, d));
      }
    }
  });
}
