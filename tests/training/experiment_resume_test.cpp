// Experiments that are stopped at any step and go on from their last checkpoint.
#include <catch2/catch.hpp>
#include <limits>
#include <nlohmann/json.hpp>
#include <tapegrad/training/checkpoints.hpp>
#include <tapegrad/training/experiment.hpp>
#include <tapegrad/training/experiment_json.hpp>

#include <temporary.hpp>
#include "tiny.hpp"

namespace tg = tapegrad;
using tg::Checkpoints;
using tg::Corpus;
using tg::ExperimentOptions;
using tg::ExperimentResult;

namespace {

constexpr int never = std::numeric_limits<int>::max();

struct Killed {};

tiny::Labelled texts(int n, std::uint64_t seed) {
  const std::vector<std::vector<std::string>> words = {{"dull", "poor", "weak", "slow"},
                                                       {"fine", "nice", "great", "warm"}};
  tg::Rng rng(seed);
  tiny::Labelled all;
  for (int i = 0; i < n; ++i) {
    const std::size_t label = i % 2 == 0 ? 0 : 1;
    const std::size_t liked = rng.below(5) > 0 ? label : 1 - label;
    all.push_back({label == 0 ? "bad" : "good", "a " + words[liked][rng.below(4)] + " film, " +
                                                    words[rng.below(2)][rng.below(4)]});
  }
  return all;
}

const Corpus& corpus() {
  static const Corpus all = tiny::corpus(texts(24, 1), texts(7, 2), texts(9, 3));
  return all;
}
const Corpus& corpus_without_test() {
  static const Corpus all = tiny::corpus(texts(30, 4));
  return all;
}

tg::WordVectors vectors() {
  return {{"dull", "film", "fine", "nice", "poor", "weak"}, tiny::table(6, 4)};
}

ExperimentOptions options_of(const std::vector<std::string>& embeddings) {
  ExperimentOptions options;
  for (const auto& name : embeddings) options.embeddings.push_back(tg::embedding_choice(name));
  options.seeds = 2;
  options.folds = 3;
  options.width = 4;
  options.classifier.dropout = 0.2;
  options.fit.epochs = 2;
  options.fit.batch_size = 6;
  options.fit.word_dropout = 0.1;
  return options;
}

// Runs it, killed in this call of the progress callback.
ExperimentResult run(const Corpus& data, ExperimentOptions options,
                     Checkpoints* checkpoints = nullptr, int killed_at = never) {
  int calls = 0;
  options.fit.checkpoints = checkpoints;
  options.fit.progress = [&](const tg::Progress&) {
    if (++calls == killed_at) throw Killed();
  };
  return tg::run_experiment(data, vectors(), options);
}

// All of a result that may not depend on when it was stopped.
std::string record(const Corpus& data, const ExperimentOptions& options,
                   const ExperimentResult& result) {
  auto json = nlohmann::ordered_json::parse(tg::to_json(data, options, result));
  for (auto& timing : json["timing"]) timing.erase("training_seconds");
  json["best"] = result.best_name;
  json["texts"] = result.best_predictions.texts;
  json["labels"] = result.best_predictions.labels;
  json["predicted"] = result.best_predictions.predictions.labels;
  return json.dump();
}

void check_same(const Corpus& data, const ExperimentOptions& options, const ExperimentResult& a,
                const ExperimentResult& b) {
  CHECK(record(data, options, a) == record(data, options, b));
  CHECK(tiny::same_values(tiny::values(a.best->net), tiny::values(b.best->net)));
  CHECK(a.best->vocabulary.words() == b.best->vocabulary.words());
  CHECK(a.best->net.table().frozen_rows() == b.best->net.table().frozen_rows());
  CHECK(same_bits(a.best_predictions.predictions.probabilities,
                  b.best_predictions.predictions.probabilities));
}

void check_resumed(const Corpus& data, const ExperimentOptions& options,
                   const std::vector<int>& kills, tg::Index every = 1) {
  const ExperimentResult whole = run(data, options);
  for (const int call : kills) {
    INFO("killed in call " << call);
    const TemporaryDirectory directory;
    for (int k = 0; k < 2; ++k) {
      Checkpoints checkpoints({.folder = directory.path(), .every = every, .resume = true});
      CHECK_THROWS_AS(run(data, options, &checkpoints, k == 0 ? call : 3), Killed);
    }
    Checkpoints checkpoints({.folder = directory.path(), .every = every, .resume = true});
    check_same(data, options, run(data, options, &checkpoints), whole);
  }
}

}  // namespace

// An epoch has five calls, a training ten; there are twenty of one way.
TEST_CASE("a resumed comparison ends with the results and the model of one never stopped") {
  const ExperimentOptions options =
      options_of({"frozen", "finetune", "random", "thaw:1", "newwords", "newwords:1"});
  check_resumed(corpus(), options, {1, 10, 11, 38, 66, 91, 116}, 3);
}

TEST_CASE("so does one with folds, whose vocabularies differ") {
  check_resumed(corpus_without_test(), options_of({"finetune", "random"}), {3, 30, 44, 62, 85});
}

TEST_CASE("so does one with n-grams, Naive-Bayes weights, and each optimizer") {
  ExperimentOptions options = options_of({"finetune"});
  options.vocabulary.ngrams = {.order = 2, .min_count = 1};
  options.classifier.nb_weights = true;
  for (const std::string name : {"adam", "adamw", "sgd", "adagrad", "rmsprop"}) {
    options.optimizer = name;
    options.weight_decay = name == "adamw" ? 0.01 : 0;
    INFO(name);
    check_resumed(corpus(), options, {7, 13}, 2);
  }
  options.vocabulary.ngrams = {.order = 2, .buckets = 50, .distinct = true};
  check_resumed(corpus(), options, {13});
  options = options_of({"random"});
  options.classifier.kind = tg::ModelKind::cnn;
  options.classifier.filters = 3;
  options.class_weights = "balanced";
  check_resumed(corpus(), options, {13});
}

TEST_CASE("steps are counted over all trainings, so that short ones get checkpoints too") {
  const TemporaryDirectory directory;
  Checkpoints checkpoints({.folder = directory.path(), .every = 11});
  run(corpus(), options_of({"finetune", "random"}), &checkpoints);  // of 8 steps each
  CHECK(checkpoints.written() == 2);
}

TEST_CASE("a checkpoint of another comparison is refused, naming options and data") {
  const TemporaryDirectory directory;
  const ExperimentOptions options = options_of({"finetune", "random"});
  {
    Checkpoints checkpoints({.folder = directory.path(), .every = 3});
    run(corpus(), options, &checkpoints);
  }
  const auto refused = [&](const Corpus& data, const ExperimentOptions& other) {
    Checkpoints checkpoints({.folder = directory.path(), .resume = true});
    return error_of<std::invalid_argument>([&] { run(data, other, &checkpoints); });
  };
  ExperimentOptions other = options;
  other.optimizer = "adamw";
  other.weight_decay = 0.5;
  other.seeds = 3;
  CHECK_THAT(refused(corpus(), other),
             Catch::Contains("another training: optimizer was adam, is adamw; weight-decay was 0, "
                             "is 0.5; seeds was 2, is 3; resume with the same"));
  other = options;
  other.lr = 0.125;
  CHECK_THAT(refused(corpus(), other), Catch::Contains(": lr was the default, is 0.125; resume"));
  other = options_of({"random", "finetune"});
  CHECK_THAT(refused(corpus(), other),
             Catch::Contains(": embeddings was finetune,random, is random,finetune; resume"));
  const Corpus others = tiny::corpus(texts(24, 1), texts(8, 2), texts(9, 3));
  CHECK_THAT(refused(others, options), Catch::Contains(": dev was 7 texts, digest ") &&
                                           Catch::Contains(", is 8 texts, digest ") &&
                                           !Catch::Contains("train was") &&
                                           !Catch::Contains("test was"));
}
