#include <catch2/catch.hpp>
#include <tapegrad/training/classifier.hpp>
#include <tuple>

#include <temporary.hpp>
#include "tiny.hpp"

using tapegrad::Array;
using tapegrad::Context;
using tapegrad::Index;
using tapegrad::ModelKind;
using tapegrad::Parameter;
using tapegrad::TextClassifier;
using Numbers = std::vector<double>;

namespace {

Parameter named(const TextClassifier& model, const std::string& name) {
  for (const auto& each : tapegrad::parameters(model)) {
    if (each.name == name) return each.parameter;
  }
  throw std::invalid_argument("no parameter " + name);
}

Numbers mean_of_rows(const Array& table, const std::vector<Index>& ids) {
  const std::size_t width = table.shape()[1];
  Numbers mean(width);
  double words = 0;
  for (const Index id : ids) {
    if (id == 0) continue;
    ++words;
    for (std::size_t d = 0; d < width; ++d) mean[d] += table(static_cast<std::size_t>(id), d);
  }
  for (double& value : mean) value /= std::max(1.0, words);
  return mean;
}

Numbers affine(const TextClassifier& model, const std::string& layer, const Numbers& x) {
  const Array weight = named(model, layer + ".weight").value();
  const Array bias = named(model, layer + ".bias").value();
  Numbers y;
  for (std::size_t i = 0; i < bias.size(); ++i) {
    y.push_back(bias(i));
    for (std::size_t d = 0; d < x.size(); ++d) y[i] += weight(i, d) * x[d];
  }
  return y;
}

// For each filter the largest value that a window with a word in it has, or 0.
Numbers maxima_of_filters(const TextClassifier& model, const std::string& layer,
                          const std::vector<Index>& ids) {
  const Array table = model.table().value();
  const Array weight = named(model, layer + ".weight").value();
  const Array bias = named(model, layer + ".bias").value();
  const auto [out, width, k] = std::tuple(weight.shape()[0], weight.shape()[1], weight.shape()[2]);
  Numbers best(out);
  for (std::size_t end = 1; end < ids.size() + k; ++end) {
    std::vector<Index> window;
    for (std::size_t j = 0; j < k; ++j) {
      const std::size_t at = end + j;
      window.push_back(at >= k && at - k < ids.size() ? ids[at - k] : 0);
    }
    if (std::count(window.begin(), window.end(), 0) == static_cast<std::ptrdiff_t>(k)) continue;
    for (std::size_t f = 0; f < out; ++f) {
      double value = bias(f);
      for (std::size_t j = 0; j < k; ++j) {
        for (std::size_t d = 0; d < width; ++d) {
          value += weight(f, d, j) * table(static_cast<std::size_t>(window[j]), d);
        }
      }
      best[f] = std::max(best[f], value);
    }
  }
  return best;
}

// The model in double, step by step as its page describes it.
Numbers by_hand(const TextClassifier& model, const std::vector<Index>& ids) {
  if (std::holds_alternative<tapegrad::CnnClassifier>(model.net)) {
    Numbers x = maxima_of_filters(model, "convs.0", ids);
    for (const double value : maxima_of_filters(model, "convs.1", ids)) x.push_back(value);
    return affine(model, "out", x);
  }
  Numbers x = mean_of_rows(model.table().value(), ids);
  if (std::holds_alternative<tapegrad::MeanClassifier>(model.net)) {
    x = affine(model, "hidden", x);
    for (double& value : x) value = std::max(0.0, value);
  }
  return affine(model, "out", x);
}

void check_row(const Array& logits, std::size_t row, const Numbers& expected) {
  REQUIRE(logits.shape() == tapegrad::Shape{logits.shape()[0], expected.size()});
  for (std::size_t c = 0; c < expected.size(); ++c) {
    CHECK(logits(row, c) == Approx(expected[c]).margin(1e-6));
  }
}

const std::vector<std::vector<Index>> some_texts = {{3}, {2, 19, 5, 5, 11, 7}, {4, 0, 9}, {1, 1}};

}  // namespace

TEST_CASE("a classifier computes what its page says, from the rows of its table") {
  for (const ModelKind kind : tiny::kinds) {
    const auto model = tiny::classifier(kind);
    const Array logits = model(tiny::texts(some_texts), {0, 1, 2, 3}, Context{}).value();
    for (std::size_t i = 0; i < some_texts.size(); ++i) {
      check_row(logits, i, by_hand(model, some_texts[i]));
    }
  }
}

TEST_CASE("logits come in the order in which the examples are asked for") {
  for (const ModelKind kind : tiny::kinds) {
    const auto model = tiny::classifier(kind);
    const Array logits = model(tiny::texts(some_texts), {2, 0, 2}, Context{}).value();
    check_row(logits, 0, by_hand(model, some_texts[2]));
    check_row(logits, 1, by_hand(model, some_texts[0]));
    check_row(logits, 2, by_hand(model, some_texts[2]));
  }
}

TEST_CASE("a longer neighbour, and so more padding, does not change a text's logits") {
  auto texts = some_texts;
  texts.push_back(std::vector<Index>(300, 6));
  for (const ModelKind kind : tiny::kinds) {
    const auto model = tiny::classifier(kind);
    const Array alone = model(tiny::texts(texts), {1}, Context{}).value();
    const Array beside = model(tiny::texts(texts), {1, 4}, Context{}).value();
    check_row(beside, 0, {alone(0, 0), alone(0, 1)});
  }
}

TEST_CASE("an empty text and one of padding only give what the biases give") {
  const auto texts = tiny::texts({{}, {0, 0, 0}, {5}});
  for (const ModelKind kind : tiny::kinds) {
    const auto model = tiny::classifier(kind);
    for (const std::vector<Index>& examples : {std::vector<Index>{0, 1, 2}, {0, 1}}) {
      const Array logits = model(texts, examples, Context{}).value();
      check_row(logits, 0, by_hand(model, {}));
      check_row(logits, 1, by_hand(model, {}));
    }
    if (kind == ModelKind::bag) {
      const Array bias = named(model, "out.bias").value();
      const Array logits = model(texts, {0}, Context{}).value();
      CHECK(std::equal(bias.data(), bias.data() + 2, logits.data()));
    }
  }
}

TEST_CASE("dropout and word dropout happen in training only") {
  const auto texts = tiny::problem(50, 3).texts;
  std::vector<Index> all(50);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<Index>(i);
  for (const ModelKind kind : tiny::kinds) {
    const auto model = tiny::classifier(kind, tiny::words, 4, 0.5);
    const auto plain = tiny::classifier(kind);
    const Array expected = plain(texts, all, Context{}).value();
    CHECK(same(model(texts, all, Context{}, 0.5).value(), expected));
    CHECK_FALSE(same(model(texts, all, Context{.training = true}).value(), expected));
    CHECK_FALSE(same(plain(texts, all, Context{.training = true}, 0.5).value(), expected));
    CHECK(same(plain(texts, all, Context{.training = true}, 0.0).value(), expected));
  }
}

TEST_CASE("word dropout leaves whole words out, about as many as asked for") {
  // Row 2 is all ones: a text's mean is 1 if a word was kept. With one word a text, p texts are
  // empty.
  constexpr std::size_t n = 4000;
  const auto texts = tiny::texts(std::vector<std::vector<Index>>(n, {2}));
  std::vector<Index> all(n);
  for (std::size_t i = 0; i < n; ++i) all[i] = static_cast<Index>(i);
  for (const ModelKind kind : tiny::kinds) {
    const auto model = tiny::classifier(kind);
    const auto dropped = [&](std::uint64_t step, double p) {
      const Array logits = model(texts, all, Context{.training = true, .step = step}, p).value();
      const double empty = by_hand(model, {})[0];
      std::size_t count = 0;
      for (std::size_t i = 0; i < n; ++i) count += std::abs(logits(i, 0) - empty) < 1e-5 ? 1 : 0;
      return count;
    };
    // Five standard deviations of a binomial count.
    const double deviation = 5 * std::sqrt(n * 0.3 * 0.7);
    CHECK(std::abs(static_cast<double>(dropped(0, 0.3)) - n * 0.3) < deviation);
    CHECK(dropped(0, 0.3) != dropped(1, 0.3));
    CHECK(dropped(0, 1.0) == n);
  }
}

TEST_CASE("a frozen table leaves only the layers above it to be recorded") {
  const auto data = tiny::problem(6, 1);
  for (const ModelKind kind : tiny::kinds) {
    const auto model = tiny::classifier(kind);
    const auto recorded = [&] {
      const tapegrad::Tape tape;
      model(data.texts, {0, 1, 2}, Context{.training = true}, 0.2);
      return tape.size();
    };
    // linear; linear, relu, linear; two each of conv1d and max_over_time, concat, relu, linear
    const std::size_t above = kind == ModelKind::bag ? 1 : kind == ModelKind::mean ? 3 : 7;
    CHECK(recorded() > above);
    tapegrad::freeze(model.table());
    CHECK(recorded() == above);
  }
}

TEST_CASE("predictions are the softmax of the logits and its largest class, batch by batch") {
  const auto model = tiny::classifier(ModelKind::mean);
  const auto data = tiny::problem(23, 2);
  const auto all = tapegrad::predict(model, data.texts);
  REQUIRE(all.probabilities.shape() == tapegrad::Shape{23, 2});
  REQUIRE(all.labels.size() == 23);
  for (std::size_t i = 0; i < 23; ++i) {
    const Array logits = model(data.texts, {static_cast<Index>(i)}, Context{}).value();
    const double p = 1 / (1 + std::exp(static_cast<double>(logits(0, 1) - logits(0, 0))));
    CHECK(all.probabilities(i, 0) == Approx(p));
    CHECK(all.probabilities(i, 0) + all.probabilities(i, 1) == Approx(1));
    CHECK(all.labels[i] == (p >= 0.5 ? 0 : 1));
  }
  const auto small = tapegrad::predict(model, data.texts, 4);
  CHECK(small.labels == all.labels);
  for (std::size_t i = 0; i < 23; ++i)
    check_row(small.probabilities, i, {all.probabilities(i, 0), all.probabilities(i, 1)});
}

TEST_CASE("predictions of no texts are none") {
  const auto none = tapegrad::predict(tiny::classifier(ModelKind::bag), tiny::texts({}));
  CHECK(none.labels.empty());
  CHECK(none.probabilities.size() == 0);
}

TEST_CASE("ids that the table does not have are an error that names the id") {
  for (const ModelKind kind : tiny::kinds) {
    const auto model = tiny::classifier(kind);
    for (const Index id : {Index{20}, Index{-1}}) {
      CHECK_THROWS_WITH(
          model(tiny::texts({{2, id}}), {0}, Context{}),
          Catch::Contains("id " + std::to_string(id)) && Catch::Contains("out of range [0, 20)"));
    }
  }
}

TEST_CASE("with Naive-Bayes weights a bag is the weighted mean") {
  tapegrad::Rng rng(7);
  const Array table = tiny::table(tiny::words, 4);
  Array ratios = tapegrad::zeros({tiny::words});
  for (std::size_t i = 1; i < tiny::words; ++i) {
    ratios(i) = static_cast<tapegrad::Real>(0.1 * static_cast<double>(i) - 1);
  }
  const auto model = make_classifier({.nb_weights = true}, table, rng, ratios);
  const Array logits = model(tiny::texts(some_texts), {0, 1, 2, 3}, Context{}).value();
  for (std::size_t i = 0; i < some_texts.size(); ++i) {
    Numbers x(4);
    double entries = 0;
    for (const Index id : some_texts[i]) {
      if (id == 0) continue;
      ++entries;
      for (std::size_t d = 0; d < 4; ++d) {
        x[d] += ratios(static_cast<std::size_t>(id)) * table(static_cast<std::size_t>(id), d);
      }
    }
    for (double& value : x) value /= entries;
    check_row(logits, i, affine(model, "out", x));
  }
  CHECK(named(model, "nb.weight").frozen());
}

TEST_CASE("n-grams and Naive-Bayes weights are refused where they do not fit") {
  const auto error = [](const tapegrad::ClassifierConfig& config) {
    return error_of<std::invalid_argument>([&] { check_classifier(config); });
  };
  CHECK(error({.kind = ModelKind::mean, .ngrams = {.order = 2}}) ==
        "ngrams: needs the model bag, not mean");
  CHECK(error({.kind = ModelKind::mean, .ngrams = {.distinct = true}}) ==
        "distinct: needs the model bag, not mean");
  CHECK(error({.kind = ModelKind::mean, .nb_weights = true}) ==
        "nb-weights: needs the model bag, not mean");
  CHECK(error({.classes = 3, .nb_weights = true}) ==
        "nb-weights: Naive-Bayes weights tell two classes apart, these are 3");
  CHECK(error({.ngrams = {.order = 0}}) == "ngrams: order is 0, expected 1 or more");
  CHECK(error({.kind = ModelKind::cnn, .ngrams = {.order = 2}}) ==
        "ngrams: needs the model bag, not cnn");
  tapegrad::Rng rng(1);
  CHECK_THROWS_WITH(
      make_classifier({.nb_weights = true}, tiny::table(5, 2), rng, tapegrad::zeros({4})),
      "make_classifier: nb_weights has shape [4], [5] is wanted");
}

TEST_CASE("a convolutional network without filters is refused") {
  const auto error = [](const tapegrad::ClassifierConfig& config) {
    return error_of<std::invalid_argument>([&] { check_classifier(config); });
  };
  CHECK(error({.kind = ModelKind::cnn, .filter_widths = {}}) == "filter-widths: none are given");
  CHECK(error({.kind = ModelKind::cnn, .filter_widths = {3, 0}}) ==
        "filter-widths: 0, must be 1 or more");
  CHECK(error({.kind = ModelKind::cnn, .filters = 0}) == "filters: 0, must be 1 or more");
}

TEST_CASE("model kinds have names") {
  for (const ModelKind kind : tiny::kinds) CHECK(tapegrad::model_kind(to_string(kind)) == kind);
  CHECK(tapegrad::model_kind("bag") == ModelKind::bag);
  CHECK(to_string(tapegrad::model_kind("mean")) == "mean");
  CHECK_THROWS_WITH(tapegrad::model_kind("lstm"), "model: \"lstm\" is not one of bag, mean, cnn");
}
