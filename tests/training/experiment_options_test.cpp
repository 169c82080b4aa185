// Every option of an experiment must reach its trainings.
#include <fmt/core.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <tapegrad/training/experiment.hpp>

#include "tiny.hpp"

using tapegrad::ExperimentOptions;

namespace {

tapegrad::Corpus some_corpus() {
  tiny::Labelled train;
  for (int i = 0; i < 12; ++i) {
    const std::string word = fmt::format("w{}", i % 5);
    train.emplace_back(i % 3 == 0 ? "bad" : "good",
                       word + ", x x " + (i % 2 == 0 ? "y rare" : "z"));
  }
  return tiny::corpus(train, {{"bad", "w1 y"}, {"good", "w2"}}, {{"bad", "w3"}, {"good", "x z"}});
}

ExperimentOptions some_options(const std::string& embeddings) {
  ExperimentOptions options;
  options.embeddings = {tapegrad::embedding_choice(embeddings)};
  options.seeds = 1;
  options.fit.epochs = 3;
  options.fit.batch_size = 4;
  return options;
}

// The loss of each epoch, the runs one after the other.
std::vector<double> losses(const ExperimentOptions& options) {
  const tapegrad::WordVectors vectors{{"w1", "w2", "x", "y"}, tiny::table(4, 3)};
  std::vector<double> all;
  for (const auto& group : run_experiment(some_corpus(), vectors, options).groups) {
    for (const auto& run : group.runs) {
      for (const auto& epoch : run.fit.epochs) all.push_back(epoch.loss);
    }
  }
  return all;
}

struct Change {
  const char* option;
  void (*apply)(ExperimentOptions&);
};

const Change changes[] = {
    {"seed", [](ExperimentOptions& o) { o.seed = 2; }},
    {"model", [](ExperimentOptions& o) { o.classifier.kind = tapegrad::ModelKind::mean; }},
    {"cnn", [](ExperimentOptions& o) { o.classifier.kind = tapegrad::ModelKind::cnn; }},
    {"filter_widths",
     [](ExperimentOptions& o) {
       o.classifier.kind = tapegrad::ModelKind::cnn;
       o.classifier.filter_widths = {2};
     }},
    {"filters",
     [](ExperimentOptions& o) {
       o.classifier.kind = tapegrad::ModelKind::cnn;
       o.classifier.filters = 7;
     }},
    {"dropout", [](ExperimentOptions& o) { o.classifier.dropout = 0.5; }},
    {"missing", [](ExperimentOptions& o) { o.missing = tapegrad::Missing::zeros; }},
    {"min_count", [](ExperimentOptions& o) { o.vocabulary.options.min_count = 8; }},
    {"max_tokens", [](ExperimentOptions& o) { o.vocabulary.max_tokens = 1; }},
    {"optimizer", [](ExperimentOptions& o) { o.optimizer = "sgd"; }},
    {"lr", [](ExperimentOptions& o) { o.lr = 0.5; }},
    {"weight_decay", [](ExperimentOptions& o) { o.weight_decay = 0.5; }},
    {"row_policy", [](ExperimentOptions& o) { o.row_policy = tapegrad::RowPolicy::lazy; }},
    {"class_weights", [](ExperimentOptions& o) { o.class_weights = "balanced"; }},
    {"word_dropout", [](ExperimentOptions& o) { o.fit.word_dropout = 0.5; }},
    {"batch_size", [](ExperimentOptions& o) { o.fit.batch_size = 5; }},
    {"lr_decay", [](ExperimentOptions& o) { o.fit.lr_decay = true; }},
    {"clip_norm", [](ExperimentOptions& o) { o.fit.clip_norm = 1e-3; }},
    {"distinct", [](ExperimentOptions& o) { o.vocabulary.ngrams.distinct = true; }},
    {"ngrams", [](ExperimentOptions& o) { o.vocabulary.ngrams = {.order = 2, .min_count = 1}; }},
    {"nb_weights", [](ExperimentOptions& o) { o.classifier.nb_weights = true; }},
    {"epochs", [](ExperimentOptions& o) { o.fit.epochs = 4; }},
};

}  // namespace

TEST_CASE("every option changes the training") {
  const auto before = losses(some_options("finetune"));
  CHECK(losses(some_options("finetune")) == before);
  std::set<std::vector<double>> seen{before};
  for (const Change& change : changes) {
    INFO(change.option);
    ExperimentOptions options = some_options("finetune");
    change.apply(options);
    CHECK(seen.insert(losses(options)).second);
  }
}

TEST_CASE("width and deviation are those of a random table") {
  ExperimentOptions options = some_options("random");
  options.width = 7;
  options.lr = 1e-9;
  options.random_deviation = 2;
  const auto result = tapegrad::run_experiment(some_corpus(), {}, options);
  const auto& table = result.best->net.table().value();
  CHECK(table.shape()[1] == 7);
  double squares = 0;
  for (std::size_t i = 7; i < table.size(); ++i) {
    squares += static_cast<double>(table.data()[i] * table.data()[i]);
  }
  // The mean of n squares of normal numbers deviates by sqrt(2 / n) of itself.
  const auto n = static_cast<double>(table.size() - 7);
  CHECK(squares / n == Approx(4).epsilon(5 * std::sqrt(2 / n)));
  const tapegrad::WordVectors vectors{{"w1", "w2", "x", "y"}, tiny::table(4, 3)};
  CHECK(tapegrad::run_experiment(some_corpus(), vectors, options).width == 7);
  options.width.reset();
  CHECK(tapegrad::run_experiment(some_corpus(), vectors, options).width == 3);
  CHECK(tapegrad::run_experiment(some_corpus(), {}, options).width == 100);
}

TEST_CASE("seed, thawing and class weights of a fit are set by the run, whatever stands there") {
  ExperimentOptions options = some_options("finetune");
  options.classifier.dropout = 0.3;
  const auto before = losses(options);
  options.fit.seed = 99;
  options.fit.thaw_after = 2;
  options.fit.class_weights = {5, 1};
  CHECK(losses(options) == before);
}
