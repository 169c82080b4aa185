// Trainings that are stopped at any step and go on from their last checkpoint.
#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/training/checkpoints.hpp>

#include <temporary.hpp>
#include "../optim/optimizers.hpp"
#include "tiny.hpp"

namespace tg = tapegrad;
using tg::Checkpoints;
using tg::FitOptions;
using tg::FitResult;
using tg::ModelKind;
using tg::RowPolicy;

namespace {

constexpr int never = std::numeric_limits<int>::max();

struct Killed {};

// One setting of a training.
struct Setting {
  std::string what;
  OptimizerRow optimizer = optimizer_row<tg::Adam>("Adam", tg::AdamOptions{.lr = 0.05});
  RowPolicy policy = RowPolicy::exact;
  ModelKind kind = ModelKind::bag;
  double dropout = 0.2;
  std::function<void(FitOptions&)> change = [](FitOptions&) {};
};

// What a training leaves behind.
struct Outcome {
  FitResult result;
  std::vector<tg::Array> numbers;  // parameters and optimizer state
};

// The table has more rows than a few batches touch, so that some lag.
const tg::LabelledTexts& train_texts() {
  static const tg::LabelledTexts texts = [] {
    tg::Rng rng(4);
    std::vector<std::vector<tg::Index>> all(30);
    std::vector<tg::Index> labels;
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i].resize(1 + rng.below(4));
      for (tg::Index& id : all[i]) id = static_cast<tg::Index>(2 + rng.below(96));
      labels.push_back(static_cast<tg::Index>(i % 2));
    }
    return tg::LabelledTexts{tiny::texts(all), labels};
  }();
  return texts;
}
constexpr std::size_t rows = 100;

// Trains; killed in this call of the progress callback, of which there are 7 an epoch.
Outcome train(const Setting& setting, Checkpoints* checkpoints = nullptr, int killed_at = never) {
  tg::TextClassifier model = tiny::classifier(setting.kind, rows, 5, setting.dropout);
  const auto optimizer = setting.optimizer.make(tg::parameters(model), setting.policy);
  FitOptions options;
  options.epochs = 3;
  options.batch_size = 5;
  options.seed = 9;
  setting.change(options);
  options.checkpoints = checkpoints;
  int calls = 0;
  options.progress = [&](const tg::Progress&) {
    if (++calls == killed_at) throw Killed();
  };
  const tg::LabelledTexts dev = tiny::problem(9, 3);
  Outcome outcome{tg::fit(model, *optimizer, train_texts(), dev, options), tiny::values(model)};
  for (const auto& [name, p] : optimizer->parameters()) {
    const tg::OptimizerState state = optimizer->state(p);
    outcome.numbers.push_back(tg::Array{static_cast<tg::Real>(state.steps)});
    outcome.numbers.insert(outcome.numbers.end(), state.arrays.begin(), state.arrays.end());
  }
  return outcome;
}

// The same, killed in these calls, each counted from the last start, and resumed each time.
Outcome train_in_parts(const Setting& setting, const std::vector<int>& kills, tg::Index every) {
  const TemporaryDirectory directory;
  for (const int call : kills) {
    Checkpoints checkpoints({.folder = directory.path(), .every = every, .resume = true});
    CHECK_THROWS_AS(train(setting, &checkpoints, call), Killed);
  }
  Checkpoints checkpoints({.folder = directory.path(), .every = every, .resume = true});
  return train(setting, &checkpoints);
}

void check_same(const Outcome& a, const Outcome& b) {
  CHECK(a.result.best_epoch == b.result.best_epoch);
  CHECK(a.result.best_dev_accuracy == b.result.best_dev_accuracy);
  CHECK(a.result.examples == b.result.examples);
  CHECK(a.result.cancelled == b.result.cancelled);
  REQUIRE(a.result.epochs.size() == b.result.epochs.size());
  for (std::size_t i = 0; i < a.result.epochs.size(); ++i) {
    CHECK(a.result.epochs[i].loss == b.result.epochs[i].loss);
    CHECK(a.result.epochs[i].train_accuracy == b.result.epochs[i].train_accuracy);
    CHECK(a.result.epochs[i].dev_accuracy == b.result.epochs[i].dev_accuracy);
  }
  CHECK(a.result.padding.steps == b.result.padding.steps);
  CHECK(a.result.padding.rows == b.result.padding.rows);
  CHECK(a.result.padding.norm_before == b.result.padding.norm_before);
  REQUIRE(a.numbers.size() == b.numbers.size());
  for (std::size_t i = 0; i < a.numbers.size(); ++i) CHECK(same_bits(a.numbers[i], b.numbers[i]));
}

// Every row of the optimizer table with every policy.
std::vector<Setting> optimizer_settings() {
  std::vector<Setting> settings;
  for (const OptimizerRow& row : optimizer_table()) {
    for (const RowPolicy policy : {RowPolicy::exact, RowPolicy::lazy, RowPolicy::dense}) {
      settings.push_back({row.what + ", " + tg::to_string(policy), row, policy});
    }
  }
  return settings;
}

std::vector<Setting> other_settings() {
  std::vector<Setting> settings;
  const auto add = [&](const std::string& what, const std::function<void(FitOptions&)>& change) {
    settings.push_back({.what = what, .change = change});
  };
  add("thaw", [](FitOptions& o) { o.thaw_after = 1; });
  add("thawed rows", [](FitOptions& o) {
    o.thaw_after = 2;
    for (tg::Index row = 20; row < 70; ++row) o.thaw_rows.push_back(row);
  });
  add("decay of the learning rate", [](FitOptions& o) { o.lr_decay = true; });
  add("clipping", [](FitOptions& o) { o.clip_norm = 0.05; });
  add("patience", [](FitOptions& o) {
    o.epochs = 30;
    o.patience = 2;
  });
  add("word dropout and class weights", [](FitOptions& o) {
    o.word_dropout = 0.3;
    o.class_weights = {1.0, 2.5};
  });
  settings.push_back({.what = "mean", .kind = ModelKind::mean});
  settings.push_back({.what = "cnn", .kind = ModelKind::cnn});
  return settings;
}

}  // namespace

TEST_CASE("checkpoints change no bit of a training, whatever the optimizer and the row policy") {
  std::vector<Setting> settings = optimizer_settings();
  for (const Setting& setting : other_settings()) settings.push_back(setting);
  for (const Setting& setting : settings) {
    INFO(setting.what);
    const TemporaryDirectory directory;
    Checkpoints checkpoints({.folder = directory.path(), .every = 2});
    check_same(train(setting, &checkpoints), train(setting));
    CHECK(checkpoints.written() >= 9);
  }
}

TEST_CASE("a resumed training has the bits of one that was never stopped") {
  tg::Rng rng(1);
  for (const Setting& setting : optimizer_settings()) {
    const int first = 1 + static_cast<int>(rng.below(20));
    INFO(setting.what << ", killed in call " << first);
    check_same(train_in_parts(setting, {first}, 1 + static_cast<tg::Index>(rng.below(4))),
               train(setting));
  }
}

TEST_CASE("so do schedules, thawing, clipping, patience, dropout and other models") {
  for (const Setting& setting : other_settings()) {
    const Outcome whole = train(setting);
    for (const std::vector<int>& kills :
         {std::vector{1}, {4}, {7}, {8}, {14}, {16}, {5, 6, 7}, {2, 2, 2, 2, 2}}) {
      INFO(setting.what << ", killed in call " << kills[0]);
      check_same(train_in_parts(setting, kills, 1), whole);
    }
  }
}

TEST_CASE("a training that goes on with another number of threads keeps its bits") {
  const Setting setting{.what = "", .dropout = 0.4};
  const Outcome whole = train(setting);
  const TemporaryDirectory directory;
  for (const int threads : {2, 1, 5}) {
    tg::set_threads(threads);
    Checkpoints checkpoints({.folder = directory.path(), .every = 1, .resume = true});
    CHECK_THROWS_AS(train(setting, &checkpoints, 5), Killed);
  }
  Checkpoints checkpoints({.folder = directory.path(), .every = 1, .resume = true});
  check_same(train(setting, &checkpoints), whole);
  tg::set_threads(0);
}

TEST_CASE("a cancelled training leaves a checkpoint of the step it was cancelled behind") {
  const Setting setting{.what = ""};
  for (const int cancelled_at : {1, 6, 8, 18}) {
    const TemporaryDirectory directory;
    Setting cancelled = setting;
    int asked = 0;
    cancelled.change = [&](FitOptions& o) {
      o.cancelled = [&] { return ++asked == cancelled_at; };
    };
    {
      Checkpoints checkpoints({.folder = directory.path(), .every = 1000});
      CHECK(train(cancelled, &checkpoints).result.cancelled);
      CHECK(checkpoints.written() == 1);
    }
    Checkpoints checkpoints({.folder = directory.path(), .resume = true});
    REQUIRE(checkpoints.resumed() != nullptr);
    check_same(train(setting, &checkpoints), train(setting));
  }
}

TEST_CASE("a checkpoint of another training is refused, with all that differs") {
  const TemporaryDirectory directory;
  const Setting setting{.what = ""};
  {
    Checkpoints checkpoints({.folder = directory.path(), .every = 4});
    train(setting, &checkpoints);
  }
  const auto refused = [&](Setting other) {
    Checkpoints checkpoints({.folder = directory.path(), .resume = true});
    std::string text = error_of<std::invalid_argument>([&] { train(other, &checkpoints); });
    const std::string begin = checkpoints.path() + ": is the checkpoint of another training: ";
    const std::string end =
        "; resume with the same options and data, or begin anew in another folder";
    REQUIRE(text.starts_with(begin));
    REQUIRE(text.ends_with(end));
    return text.substr(begin.size(), text.size() - begin.size() - end.size());
  };
  const auto changed = [&](const std::function<void(FitOptions&)>& change) {
    Setting other = setting;
    other.change = change;
    return refused(other);
  };
  CHECK(changed([](FitOptions& o) { o.batch_size = 6; }) == "batch was 5, is 6");
  CHECK(changed([](FitOptions& o) {
          o.epochs = 4;
          o.seed = 1;
        }) == "epochs was 3, is 4; seed was 9, is 1");
  CHECK(changed([](FitOptions& o) { o.clip_norm = 0.25; }) == "clip-norm was 0, is 0.25");
  CHECK(changed([](FitOptions& o) { o.class_weights = {1, 2}; }) == "class weights was , is 1,2");
  Setting sgd = setting;
  sgd.optimizer = optimizer_row<tg::SGD>("SGD", tg::SGDOptions{.lr = 0.1});
  CHECK(refused(sgd) == "optimizer was Adam, is SGD");

  tg::TextClassifier model = tiny::classifier(ModelKind::bag, rows, 5, 0.2);
  tg::Adam adam(model, {});
  FitOptions options;
  options.epochs = 3;
  options.batch_size = 5;
  options.seed = 9;
  Checkpoints checkpoints({.folder = directory.path(), .resume = true});
  options.checkpoints = &checkpoints;
  tg::LabelledTexts other = train_texts();
  other.labels[3] = 1 - other.labels[3];
  CHECK_THAT(error_of<std::invalid_argument>(
                 [&] { tg::fit(model, adam, other, tiny::problem(9, 3), options); }),
             Catch::Contains("another training: train was 30 texts, digest ") &&
                 Catch::Contains(", is 30 texts, digest "));
}
