// Trainings that diverge: what they say, and what they leave behind.
#include <catch2/catch.hpp>
#include <cmath>
#include <tapegrad/core/files.hpp>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/optim/sgd.hpp>
#include <tapegrad/training/checkpoints.hpp>
#include <tapegrad/training/divergence.hpp>
#include <tapegrad/training/experiment.hpp>

#include <temporary.hpp>
#include "tiny.hpp"

namespace tg = tapegrad;
using Catch::Contains;
using Catch::Matches;
using tg::DivergedError;
using tg::FitOptions;

namespace {

const tg::LabelledTexts train = tiny::problem(60, 1);  // 8 batches of 8
const tg::LabelledTexts dev = tiny::problem(10, 2);

FitOptions options_of(tg::Index epochs) {
  FitOptions options;
  options.epochs = epochs;
  options.batch_size = 8;
  return options;
}

// Trains until it diverges.
template <class Optimizer>
DivergedError diverged(tg::TextClassifier& model, Optimizer& optimizer, const FitOptions& options,
                       const tg::LabelledTexts& texts = train) {
  try {
    tg::fit(model, optimizer, texts, dev, options);
  } catch (const DivergedError& error) {
    return error;
  }
  FAIL("it did not diverge");
  throw;
}

tg::Parameter named(const tg::TextClassifier& model, const std::string& name) {
  for (const auto& [each, p] : tg::parameters(model)) {
    if (each == name) return p;
  }
  throw std::logic_error(name);
}

}  // namespace

TEST_CASE("a training that diverges names epoch, batch, step, learning rate and operation") {
  for (const tg::ModelKind kind : tiny::kinds) {
    auto model = tiny::classifier(kind);
    tg::SGD sgd(model, {.lr = 1e30});
    const DivergedError error = diverged(model, sgd, options_of(3));
    CHECK_THAT(error.what(),
               Matches("training diverged in epoch 1, batch ([2-8]), step \\1, with learning rate "
                       "1e\\+30: the loss is (nan|inf): [a-z0-9_]+: the result of shape \\[.*\\] "
                       "holds (-?inf|nan) at position [0-9]+ \\(\\[.*\\]\\).*; a smaller learning "
                       "rate may help"));
    CHECK(error.so_far().best_epoch == 0);
  }
}

// Logits of 0 + b, whose loss is 10, but the gradient of a word is W1 - W0 = 6e38.
TEST_CASE("a gradient that is not finite under a loss that is stops before it does harm") {
  for (const double clip_norm : {0.0, 1.0}) {
    auto model = tiny::classifier(tg::ModelKind::bag);
    tg::Parameter(model.table()).assign(tg::zeros(model.table().shape()));
    tg::Parameter weight = named(model, "out.weight");
    for (std::size_t i = 0; i < 8; ++i) weight.mutate().data()[i] = i < 4 ? -3e38F : 3e38F;
    named(model, "out.bias").assign(tg::Array{0, 10});
    tg::LabelledTexts all_zero = train;
    all_zero.labels.assign(all_zero.labels.size(), 0);
    const auto before = tiny::values(model);
    tg::Adam adam(model, {.lr = 0.25});
    FitOptions options = options_of(2);
    options.batch_size = 1;
    options.clip_norm = clip_norm;
    CHECK_THAT(
        diverged(model, adam, options, all_zero).what(),
        Matches("training diverged in epoch 1, batch 1, step 1, with learning rate 0.25: the "
                "gradient of embed.weight holds inf at position 0 .*: linear: after its backward "
                "the gradient of input 0 of shape \\[1, 4\\] holds inf at position 0.*"));
    CHECK(tiny::same_values(tiny::values(model), before));
    CHECK(adam.steps() == 0);
  }
}

TEST_CASE("parameters that a step makes infinite never become the best") {
  auto model = tiny::classifier(tg::ModelKind::bag);
  tg::SGD sgd(model, {.lr = 1e300});  // infinite as a float
  FitOptions options = options_of(2);
  options.batch_size = 60;  // one step an epoch
  const DivergedError error = diverged(model, sgd, options);
  CHECK_THAT(error.what(),
             Matches("training diverged in epoch 1, batch 1, step 1, with learning rate 1e\\+300: "
                     "parameter embed.weight holds -?(inf|nan) at position [0-9]+ .*, though its "
                     "gradient was finite: the optimizer's step made it; .*"));
  CHECK(error.so_far().best_epoch == 0);
  CHECK(error.so_far().epochs.empty());
}

TEST_CASE("a training that diverges leaves its best epoch and its last checkpoint") {
  const TemporaryDirectory directory;
  auto good = tiny::classifier(tg::ModelKind::bag);
  tg::SGD good_sgd(good, {.lr = 0.1});
  tg::fit(good, good_sgd, train, dev, options_of(1));

  const auto run = [&](tg::TextClassifier& model, tg::Checkpoints& checkpoints) {
    tg::SGD sgd(model, {.lr = 0.1});
    FitOptions options = options_of(4);
    options.checkpoints = &checkpoints;
    options.progress = [&](const tg::Progress& progress) {
      if (progress.epoch == 2 && progress.batch == 3) sgd.set_lr(1e38);
    };
    return diverged(model, sgd, options);
  };
  auto model = tiny::classifier(tg::ModelKind::bag);
  tg::Checkpoints checkpoints({.folder = directory.path(), .every = 2});
  const DivergedError error = run(model, checkpoints);
  CHECK_THAT(error.what(), Contains("in epoch 2, batch "));
  CHECK(error.so_far().best_epoch == 1);
  CHECK(error.so_far().epochs.size() == 1);
  CHECK(tiny::same_values(tiny::values(model), tiny::values(good)));

  const tg::SafetensorsFile file(checkpoints.path());
  for (const tg::RawTensor& tensor : file.tensors()) {
    if (tensor.dtype != tg::DType::f32) continue;
    for (const tg::Real x : file.array(tensor)) CHECK(std::isfinite(x));
  }
}

TEST_CASE("an experiment that diverges keeps the best model so far") {
  const tiny::Labelled texts = {{"bad", "a dull film"},   {"good", "a fine film"},
                                {"bad", "dull and poor"}, {"good", "fine and nice"},
                                {"bad", "so poor"},       {"good", "so nice"}};
  const tg::Corpus corpus = tiny::corpus(texts, texts, texts);
  tg::ExperimentOptions options;
  options.embeddings = {tg::embedding_choice("random")};
  options.width = 4;
  options.fit.epochs = 3;
  options.fit.batch_size = 2;
  options.optimizer = "sgd";
  options.lr = 1e38;
  const tg::ExperimentResult nothing = tg::run_experiment(corpus, {}, options);
  CHECK_THAT(nothing.diverged, Catch::StartsWith("random, seed 1: training diverged in epoch 1, "));
  CHECK_FALSE(nothing.best.has_value());
  CHECK(nothing.groups[0].runs.empty());
}
