#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/optim/sgd.hpp>
#include <tapegrad/training/fit.hpp>

#include "tiny.hpp"

using tapegrad::Adam;
using tapegrad::Array;
using tapegrad::FitOptions;
using tapegrad::FitResult;
using tapegrad::Index;
using tapegrad::ModelKind;
using tapegrad::Progress;
using tapegrad::TextClassifier;

namespace {

const tapegrad::LabelledTexts train = tiny::problem(60, 1);  // 8 batches of 8, the last of 4
const tapegrad::LabelledTexts dev = tiny::problem(10, 2);    // so few that epochs are equal
constexpr std::size_t batches = 8;

FitOptions options_of(Index epochs) {
  FitOptions options;
  options.epochs = epochs;
  options.batch_size = 8;
  return options;
}

FitResult fit_with_adam(TextClassifier& model, const FitOptions& options, double lr = 0.05) {
  Adam adam(model, {.lr = lr});
  return tapegrad::fit(model, adam, train, dev, options);
}

std::vector<Index> ids_of(const tapegrad::LabelledTexts& data) {
  const std::set<std::int32_t> ids(data.texts.ids.begin(), data.texts.ids.end());
  return {ids.begin(), ids.end()};
}

Index earliest_best(const FitResult& result) {
  std::size_t best = 0;
  for (std::size_t i = 0; i < result.epochs.size(); ++i) {
    if (result.epochs[i].dev_accuracy > result.epochs[best].dev_accuracy) best = i;
  }
  return static_cast<Index>(best) + 1;
}

}  // namespace

TEST_CASE("training lowers the loss and learns the texts") {
  for (const ModelKind kind : tiny::kinds) {
    auto model = tiny::classifier(kind);
    const FitResult result = fit_with_adam(model, options_of(12));
    REQUIRE(result.epochs.size() == 12);
    CHECK(result.epochs.back().loss < 0.8 * result.epochs.front().loss);
    CHECK(result.epochs.back().train_accuracy >= 0.8);
    CHECK(result.best_dev_accuracy >= 0.7);
    CHECK(result.examples == 12 * 60);
    CHECK_FALSE(result.cancelled);
  }
}

TEST_CASE("a decaying learning rate falls in equal steps, and is given back") {
  TextClassifier model = tiny::classifier(ModelKind::bag);
  tapegrad::SGD sgd(model, {.lr = 0.5});
  FitOptions options = options_of(3);
  options.lr_decay = true;
  std::vector<double> rates;
  options.progress = [&](const Progress& progress) {
    if (!progress.dev_accuracy) rates.push_back(sgd.lr());
  };
  fit(model, sgd, train, dev, options);
  REQUIRE(rates.size() == 3 * batches);
  for (std::size_t i = 0; i < rates.size(); ++i) {
    CHECK(rates[i] == Approx(0.5 * (1 - static_cast<double>(i) / 24)));
  }
  CHECK(sgd.lr() == 0.5);
}

TEST_CASE("clipped gradients move the model by no more than the learning rate times the norm") {
  TextClassifier model = tiny::classifier(ModelKind::bag);
  tapegrad::SGD sgd(model, {.lr = 0.5});
  FitOptions options = options_of(1);
  options.batch_size = 1000;  // one step
  options.clip_norm = 1e-3;
  const auto before = tiny::values(model);
  fit(model, sgd, train, dev, options);
  const auto after = tiny::values(model);
  double squares = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    for (std::size_t k = 0; k < before[i].size(); ++k) {
      squares += std::pow(static_cast<double>(after[i].data()[k] - before[i].data()[k]), 2);
    }
  }
  CHECK(std::sqrt(squares) == Approx(0.5e-3).epsilon(1e-2));
  options.clip_norm = -1;
  CHECK_THROWS_AS(fit(model, sgd, train, dev, options), std::invalid_argument);
}

TEST_CASE("a frozen table keeps its bits and gets no gradient") {
  for (const ModelKind kind : tiny::kinds) {
    auto model = tiny::classifier(kind);
    tapegrad::freeze(model.table());
    const auto before = tiny::values(model);
    const FitResult result = fit_with_adam(model, options_of(3));
    CHECK(same(model.table().value(), before[0]));
    CHECK_FALSE(same(tiny::values(model)[1], before[1]));
    CHECK(result.padding.steps == 0);
    CHECK(result.padding.rows == 0);
    CHECK(model.table().frozen());
  }
}

TEST_CASE("fine-tuning changes exactly the rows whose ids occurred in training") {
  for (const ModelKind kind : tiny::kinds) {
    auto model = tiny::classifier(kind);
    const auto before = model.table().value();
    fit_with_adam(model, options_of(1));
    CHECK(ids_of(train).size() == tiny::words - 4);
    CHECK(tiny::changed_rows(before, model.table().value()) == ids_of(train));
    CHECK_FALSE(model.table().frozen());
  }
}

TEST_CASE("the padding proof counts the rows of every gradient, and padding is not among them") {
  auto model = tiny::classifier(ModelKind::bag);
  FitOptions options = options_of(2);
  options.batch_size = 60;
  tapegrad::LabelledTexts padded = train;
  for (std::size_t i = 0; i < padded.texts.ids.size(); i += 7) padded.texts.ids[i] = 0;
  Adam adam(model, {.lr = 0.05, .weight_decay = 0.1});
  const FitResult result = tapegrad::fit(model, adam, padded, dev, options);
  CHECK(result.padding.steps == 2);
  CHECK(result.padding.rows == 2 * (ids_of(padded).size() - 1));
  CHECK(result.padding.padding_steps == 0);
  CHECK(result.padding.norm_before == 0);
  CHECK(result.padding.norm_after == 0);
}

TEST_CASE("without frozen padding the proof says so: it observes, it does not assume") {
  auto model = tiny::classifier(ModelKind::bag);
  auto& bag = std::get<tapegrad::BagClassifier>(model.net);
  tapegrad::Parameter(bag.embed.weight).set_frozen_rows({});
  bag.embed.padding_idx = {};
  tapegrad::LabelledTexts padded = train;
  padded.texts.ids[0] = 0;
  Adam adam(model, {.lr = 0.05});
  const FitResult result = tapegrad::fit(model, adam, padded, dev, options_of(1));
  CHECK(result.padding.steps == batches);
  CHECK(result.padding.padding_steps == 1);
  CHECK(result.padding.norm_before == 0);
  CHECK(result.padding.norm_after > 0);
}

TEST_CASE("a thawed table keeps its bits for N epochs and is trained from then on") {
  auto model = tiny::classifier(ModelKind::bag);
  const Array before = model.table().value();
  Adam adam(model, {.lr = 0.05});
  FitOptions options = options_of(4);
  options.thaw_after = 2;
  std::vector<bool> unchanged;  // at each report
  std::vector<Index> epochs;
  options.progress = [&](const Progress& progress) {
    unchanged.push_back(same(model.table().value(), before));
    epochs.push_back(progress.epoch);
  };
  const FitResult result = tapegrad::fit(model, adam, train, dev, options);
  REQUIRE(unchanged.size() == 4 * (batches + 1));
  for (std::size_t i = 0; i < unchanged.size(); ++i) CHECK(unchanged[i] == (epochs[i] <= 2));
  CHECK(result.padding.steps == 2 * batches);

  // Adam's time began for the table when it thawed, for the other layer at the start.
  const auto& state = adam.state(model.table());
  CHECK(state.steps == 2 * batches);
  REQUIRE(state.arrays.size() == 2);
  CHECK(state.arrays[0].shape() == before.shape());
  CHECK(adam.state(adam.parameters().back().parameter).steps == 4 * batches);
  CHECK_FALSE(model.table().frozen());
}

TEST_CASE("thawed rows keep their bits for N epochs while the others train, and then train too") {
  auto model = tiny::classifier(ModelKind::bag);
  const Array before = model.table().value();
  const std::vector<Index> seen = ids_of(train);
  const std::vector<Index> first(seen.begin(), seen.begin() + 5);
  const std::vector<Index> others(seen.begin() + 5, seen.end());
  for (const tapegrad::RowPolicy policy :
       {tapegrad::RowPolicy::exact, tapegrad::RowPolicy::lazy, tapegrad::RowPolicy::dense}) {
    model.table().leaf()->stored = before;
    Adam adam(model, {.lr = 0.05, .row_policy = policy});
    FitOptions options = options_of(3);
    options.thaw_after = 2;
    options.thaw_rows = first;
    std::vector<std::vector<Index>> changed;  // at the end of each epoch
    options.progress = [&](const Progress& progress) {
      if (progress.dev_accuracy) {
        changed.push_back(tiny::changed_rows(before, model.table().value()));
      }
    };
    tapegrad::fit(model, adam, train, dev, options);
    REQUIRE(changed.size() == 3);
    CHECK(changed[0] == others);
    CHECK(changed[1] == others);
    CHECK(changed[2] == seen);
    CHECK(model.table().frozen_rows() == std::vector<Index>{0});
  }
}

TEST_CASE("rows that were frozen before a training with thawing are frozen behind it") {
  auto model = tiny::classifier(ModelKind::bag);
  tapegrad::freeze_rows(model.table(), {3, 4});
  FitOptions options = options_of(1);
  options.thaw_after = 1;
  options.thaw_rows = {4, 5};
  fit_with_adam(model, options);
  CHECK(model.table().frozen_rows() == std::vector<Index>{0, 3, 4});
}

TEST_CASE("a table to be thawed after the last epoch stays as it was") {
  auto model = tiny::classifier(ModelKind::bag);
  const Array before = model.table().value();
  FitOptions options = options_of(2);
  options.thaw_after = 2;
  fit_with_adam(model, options);
  CHECK(same(model.table().value(), before));
  CHECK_FALSE(model.table().frozen());
}

TEST_CASE("the model is left as it was after its best epoch, the earliest of equals") {
  for (const ModelKind kind : tiny::kinds) {
    auto model = tiny::classifier(kind);
    std::vector<std::vector<Array>> after;
    FitOptions options = options_of(15);
    options.progress = [&](const Progress& progress) {
      if (progress.dev_accuracy) after.push_back(tiny::values(model));
    };
    const FitResult result = fit_with_adam(model, options);
    REQUIRE(after.size() == 15);
    std::size_t equals = 0;
    for (const auto& epoch : result.epochs) {
      equals += epoch.dev_accuracy == result.best_dev_accuracy ? 1 : 0;
    }
    if (kind != ModelKind::cnn) REQUIRE(equals > 1);  // which has no tie here
    REQUIRE(result.epochs.back().dev_accuracy <= result.best_dev_accuracy);
    CHECK(result.best_epoch == earliest_best(result));
    CHECK(tiny::same_values(tiny::values(model),
                            after[static_cast<std::size_t>(result.best_epoch) - 1]));
    const auto predictions = tapegrad::predict(model, dev.texts);
    CHECK(tapegrad::measure(dev.labels, predictions.labels).accuracy == result.best_dev_accuracy);
  }
}

TEST_CASE("patience ends training after so many epochs without a better one") {
  for (const Index patience : {Index{1}, Index{3}}) {
    auto model = tiny::classifier(ModelKind::bag);
    FitOptions options = options_of(60);
    options.patience = patience;
    const FitResult result = fit_with_adam(model, options);
    REQUIRE(result.epochs.size() < 60);
    CHECK(static_cast<Index>(result.epochs.size()) == result.best_epoch + patience);
    CHECK(result.best_epoch == earliest_best(result));
  }
}

TEST_CASE("cancelling ends at the next batch and keeps the best epoch so far") {
  auto whole = tiny::classifier(ModelKind::bag);
  fit_with_adam(whole, options_of(2));

  auto model = tiny::classifier(ModelKind::bag);
  FitOptions options = options_of(10);
  std::size_t asked = 0;
  options.cancelled = [&] { return ++asked == 2 * batches + 3; };
  const FitResult result = fit_with_adam(model, options);
  CHECK(result.cancelled);
  CHECK(asked == 2 * batches + 3);
  CHECK(result.epochs.size() == 2);
  CHECK(tiny::same_values(tiny::values(model), tiny::values(whole)));
}

TEST_CASE("cancelling in the first epoch leaves the model as it is then") {
  auto model = tiny::classifier(ModelKind::bag);
  const auto before = tiny::values(model);
  FitOptions options = options_of(10);
  std::vector<Array> last;
  options.cancelled = [&] {
    last = tiny::values(model);
    return true;
  };
  const FitResult result = fit_with_adam(model, options);
  CHECK(result.cancelled);
  CHECK(result.examples == 8);
  CHECK(result.epochs.empty());
  CHECK(result.best_epoch == 0);
  CHECK(tiny::same_values(tiny::values(model), last));
  CHECK_FALSE(tiny::same_values(tiny::values(model), before));
}

TEST_CASE("class weights weigh the loss as PyTorch's cross entropy does") {
  auto model = tiny::classifier(ModelKind::bag);
  const auto p = tapegrad::predict(model, train.texts).probabilities;
  const std::vector<double> weights{0.5, 3.0};
  double plain = 0, weighted = 0, all = 0;
  for (std::size_t i = 0; i < train.labels.size(); ++i) {
    const auto label = static_cast<std::size_t>(train.labels[i]);
    plain -= std::log(p(i, label)) / static_cast<double>(train.labels.size());
    weighted -= weights[label] * std::log(p(i, label));
    all += weights[label];
  }
  FitOptions options = options_of(1);
  options.batch_size = 60;  // one step, whose loss is that of the model before it
  CHECK(fit_with_adam(model, options).epochs[0].loss == Approx(plain));
  auto other = tiny::classifier(ModelKind::bag);
  options.class_weights = weights;
  CHECK(fit_with_adam(other, options).epochs[0].loss == Approx(weighted / all));
  CHECK_FALSE(tiny::same_values(tiny::values(model), tiny::values(other)));
}

TEST_CASE("progress tells batches, epochs, means and, at an epoch's end, the dev accuracy") {
  auto model = tiny::classifier(ModelKind::bag);
  FitOptions options = options_of(2);
  std::vector<Progress> all;
  options.progress = [&](const Progress& progress) { all.push_back(progress); };
  const FitResult result = fit_with_adam(model, options);
  REQUIRE(all.size() == 2 * (batches + 1));
  CHECK(all[0].epoch == 1);
  CHECK(all[0].epochs == 2);
  CHECK(all[0].batch == 1);
  CHECK(all[0].batches == batches);
  CHECK_FALSE(all[batches - 1].dev_accuracy.has_value());
  CHECK(all[batches].dev_accuracy == result.epochs[0].dev_accuracy);
  CHECK(all[batches].loss == result.epochs[0].loss);
  CHECK(all[batches].accuracy == result.epochs[0].train_accuracy);
  CHECK(all[batches + 1].epoch == 2);
  CHECK_FALSE(all[batches + 1].dev_accuracy.has_value());
  CHECK(all.back().seconds_left == Approx(0).margin(1e-6));
  CHECK(all.back().examples_per_second > 0);
}

TEST_CASE("a training has the same bits on any number of threads, and another seed has others") {
  // Large enough that the work is spread.
  tapegrad::Rng rng(4);
  std::vector<std::vector<Index>> texts(400);
  std::vector<Index> labels;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    texts[i].resize(1 + rng.below(60));
    for (Index& id : texts[i]) id = static_cast<Index>(2 + rng.below(2998));
    labels.push_back(static_cast<Index>(i % 2));
  }
  const tapegrad::LabelledTexts large{tiny::texts(texts), labels};
  const auto run = [&](ModelKind kind, int threads, std::uint64_t seed) {
    tapegrad::set_threads(threads);
    auto model = tiny::classifier(kind, 3000, 96, 0.3);
    Adam adam(model, {.lr = 0.01, .weight_decay = 1e-3});
    FitOptions options = options_of(2);
    options.batch_size = 128;
    options.seed = seed;
    options.word_dropout = 0.2;
    options.class_weights = {1.0, 1.5};
    const FitResult result = tapegrad::fit(model, adam, large, large, options);
    tapegrad::set_threads(0);
    auto all = tiny::values(model);
    all.push_back(Array{static_cast<tapegrad::Real>(result.epochs[1].loss)});
    return all;
  };
  for (const ModelKind kind : tiny::kinds) {
    const auto one = run(kind, 1, 1);
    CHECK(tiny::same_values(run(kind, 2, 1), one));
    CHECK(tiny::same_values(run(kind, 5, 1), one));
    CHECK_FALSE(tiny::same_values(run(kind, 1, 2), one));
  }
}
