// Trainings of sequence models that are stopped at any step and go on from their last checkpoint.
#include <catch2/catch.hpp>
#include <limits>
#include <tapegrad/training/checkpoints.hpp>

#include <temporary.hpp>
#include "seq2seq_tiny.hpp"

namespace tg = tapegrad;
using tg::Checkpoints;
using tg::Seq2SeqFitOptions;
using tg::Seq2SeqModel;

namespace {

constexpr int never = std::numeric_limits<int>::max();

struct Killed {};

const tg::TextPairs twenty = tiny::reversed(20);

// Too long to be learned in three epochs, so that the loss chooses the epoch.
tg::TextPairs long_pairs() {
  const tg::TextPairs pairs = tiny::reversed(40, 2);
  tg::TextPairs some;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (pairs.sources[i].size() == 5) some.add(pairs.sources[i], pairs.targets[i]);
  }
  return some;
}

struct Trained {
  Seq2SeqModel model;
  tg::EpochsResult result;
};

// Three epochs of four steps, whose learning rate rises and falls; killed in this call of the
// progress callback, of which there are five an epoch.
Trained train(Checkpoints* checkpoints, int killed_at = never, double lr = 5e-3) {
  Seq2SeqModel model = tg::make_seq2seq(tiny::seq2seq_config(), twenty, 1);
  Seq2SeqFitOptions options = tiny::seq2seq_options(3);
  options.lr = lr;
  options.checkpoints = checkpoints;
  int calls = 0;
  options.progress = [&](const tg::Progress&) {
    if (++calls == killed_at) throw Killed();
  };
  tg::EpochsResult result = tg::fit_seq2seq(model, twenty, long_pairs(), options);
  return {std::move(model), std::move(result)};
}

}  // namespace

TEST_CASE("a resumed training of a sequence model has the bits of one that was never stopped") {
  const Trained whole = train(nullptr);
  REQUIRE(whole.result.best_dev_accuracy == 0);
  REQUIRE(whole.result.best_epoch == 3);
  for (const int call : {1, 2, 4, 5, 6, 9, 13, 14}) {
    INFO("killed in call " << call);
    const TemporaryDirectory directory;
    for (const int kill : {call, 2}) {
      Checkpoints checkpoints({.folder = directory.path(), .every = 1, .resume = true});
      CHECK_THROWS_AS(train(&checkpoints, kill), Killed);
    }
    Checkpoints checkpoints({.folder = directory.path(), .every = 1, .resume = true});
    const Trained resumed = train(&checkpoints);
    CHECK(tiny::same_values(resumed.model, whole.model));
    CHECK(resumed.result.best_epoch == whole.result.best_epoch);
    CHECK(resumed.result.examples == whole.result.examples);
    REQUIRE(resumed.result.epochs.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(resumed.result.epochs[i].loss == whole.result.epochs[i].loss);
      CHECK(resumed.result.epochs[i].train_accuracy == whole.result.epochs[i].train_accuracy);
    }
  }
}

TEST_CASE("a checkpoint of another training of a sequence model is refused") {
  const TemporaryDirectory directory;
  {
    Checkpoints checkpoints({.folder = directory.path(), .every = 5});
    train(&checkpoints);
  }
  Checkpoints checkpoints({.folder = directory.path(), .resume = true});
  CHECK_THAT(error_of<std::invalid_argument>([&] { train(&checkpoints, never, 0.25); }),
             Catch::Contains("is the checkpoint of another training: lr was 0.005, is 0.25; "));
}
