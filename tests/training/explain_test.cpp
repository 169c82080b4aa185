#include <catch2/catch.hpp>
#include <numeric>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/training/explain.hpp>

#include <temporary.hpp>
#include "tiny.hpp"

using tapegrad::Array;
using tapegrad::Context;
using tapegrad::Index;
using tapegrad::ModelKind;
using tapegrad::Real;
using tapegrad::TextClassifier;

namespace {

double logit(const TextClassifier& model, const std::vector<Index>& text, Index label) {
  return model(tiny::texts({text}), {0}, Context{}).value()(0, static_cast<std::size_t>(label));
}

double bias(const TextClassifier& model, Index label) {
  return std::visit([](const auto& each) { return each.out.bias; }, model.net)
      .value()(static_cast<std::size_t>(label));
}

std::vector<Real> weights(const TextClassifier& model, const std::vector<Index>& text,
                          Index label) {
  return entry_weights(model, tiny::texts({text}), {0}, {label});
}

double total(const std::vector<Real>& all) {
  return std::accumulate(all.begin(), all.end(), 0.0);
}

// The model whose embedding of `id` is `factor` times as long.
TextClassifier with_scaled(const TextClassifier& model, Index id, double factor) {
  TextClassifier changed = tapegrad::clone(model);
  Array table = changed.table().value();
  for (std::size_t d = 0; d < table.shape()[1]; ++d) {
    table(static_cast<std::size_t>(id), d) *= static_cast<Real>(factor);
  }
  tapegrad::Parameter(changed.table()).assign(table);
  return changed;
}

TextClassifier with_nb_weights() {
  tapegrad::Rng rng(5);
  Array ratios = tapegrad::zeros({tiny::words});
  for (std::size_t i = 1; i < tiny::words; ++i) {
    ratios(i) = static_cast<Real>(rng.uniform(-2.0, 2.0));
  }
  return make_classifier({.nb_weights = true}, tiny::table(tiny::words, 4), rng, ratios);
}

const std::vector<Index> some_text = {3, 7, 3, 12, 19, 4};

}  // namespace

TEST_CASE("the weights of a bag's entries sum to the logit without its bias") {
  for (const TextClassifier& model : {tiny::classifier(ModelKind::bag), with_nb_weights()}) {
    for (const Index label : {0, 1}) {
      const auto all = weights(model, some_text, label);
      REQUIRE(all.size() == some_text.size());
      CHECK(total(all) == Approx(logit(model, some_text, label) - bias(model, label)).margin(1e-6));
      CHECK(all[0] == all[2]);
      CHECK(all[0] != all[1]);
    }
  }
}

TEST_CASE(
    "an entry of a mean weighs its row times the class's weights over the number of entries") {
  const auto model = tiny::classifier(ModelKind::bag);
  const Array table = model.table().value();
  const Array out = std::get<tapegrad::BagClassifier>(model.net).out.weight.value();
  const auto all = weights(model, some_text, 1);
  for (std::size_t i = 0; i < some_text.size(); ++i) {
    double expected = 0;
    for (std::size_t d = 0; d < 4; ++d) {
      expected += double(table(static_cast<std::size_t>(some_text[i]), d)) * double(out(1, d)) / 6;
    }
    CHECK(all[i] == Approx(expected).margin(1e-6));
  }
}

TEST_CASE("a weight is how the logit changes as the entry's embedding grows, in every model") {
  constexpr double step = 1e-3;
  for (const ModelKind kind : tiny::kinds) {
    const auto model = tiny::classifier(kind);
    for (const Index label : {0, 1}) {
      const auto all = weights(model, some_text, label);
      for (const std::size_t i : {std::size_t{1}, std::size_t{3}, std::size_t{4}}) {
        const double more = logit(with_scaled(model, some_text[i], 1 + step), some_text, label);
        const double less = logit(with_scaled(model, some_text[i], 1 - step), some_text, label);
        CHECK(all[i] == Approx((more - less) / (2 * step)).margin(3e-4));
      }
      // The embedding of a word that comes twice moves both.
      const double more = logit(with_scaled(model, 3, 1 + step), some_text, label);
      const double less = logit(with_scaled(model, 3, 1 - step), some_text, label);
      CHECK(all[0] + all[2] == Approx((more - less) / (2 * step)).margin(3e-4));
    }
  }
}

TEST_CASE("texts of a batch are explained one by one, each for its own class") {
  const std::vector<std::vector<Index>> all = {{3, 4}, {}, {5, 6, 7, 8, 9, 10}, {11}};
  const std::vector<Index> classes = {1, 0, 0, 1};
  for (const ModelKind kind : tiny::kinds) {
    const auto model = tiny::classifier(kind);
    const auto together = entry_weights(model, tiny::texts(all), {2, 0, 1, 3}, {0, 1, 0, 1});
    std::vector<Real> alone;
    for (const std::size_t i : std::vector<std::size_t>{2, 0, 1, 3}) {
      const auto one = weights(model, all[i], classes[i]);
      CHECK(one.size() == all[i].size());
      alone.insert(alone.end(), one.begin(), one.end());
    }
    REQUIRE(together.size() == alone.size());
    for (std::size_t i = 0; i < alone.size(); ++i) {
      CHECK(together[i] == Approx(alone[i]).margin(1e-6));
    }
  }
}

TEST_CASE("padding in a text weighs nothing, and changes nothing") {
  for (const ModelKind kind : {ModelKind::bag, ModelKind::mean}) {
    const auto model = tiny::classifier(kind);
    const auto with = weights(model, {0, 3, 0, 4}, 1);
    const auto without = weights(model, {3, 4}, 1);
    CHECK(with[0] == 0);
    CHECK(with[2] == 0);
    CHECK(with[1] == Approx(without[0]));
    CHECK(with[3] == Approx(without[1]));
  }
}

TEST_CASE("explaining wants a class of the model for each example") {
  const auto model = tiny::classifier(ModelKind::bag);
  CHECK(error_of<tapegrad::IndexError>([&] { weights(model, {3}, 2); }) ==
        "entry_weights: class 2 is out of range [0, 2)");
  CHECK(error_of<tapegrad::IndexError>([&] { weights(model, {3}, -1); }) ==
        "entry_weights: class -1 is out of range [0, 2)");
  CHECK(error_of<std::invalid_argument>([&] {
          entry_weights(model, tiny::texts({{3}}), {0}, {0, 1});
        }) == "entry_weights: 1 examples and 2 classes");
}
