#include <catch2/catch.hpp>
#include <limits>
#include <nlohmann/json.hpp>
#include <tapegrad/core/kernels/blas.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/version.hpp>
#include <tapegrad/training/experiment_json.hpp>

#include "tiny.hpp"

using tapegrad::ExperimentOptions;
using tapegrad::Index;
using Json = nlohmann::ordered_json;

namespace {

// Made-up words, more of them of the label's own kind, and enough to spread the work.
tiny::Labelled texts(std::size_t n, std::uint64_t seed) {
  tapegrad::Rng rng(seed);
  tiny::Labelled all;
  for (std::size_t i = 0; i < n; ++i) {
    std::string text;
    for (std::uint64_t words = 10 + rng.below(60); words > 0; --words) {
      const std::uint64_t word = rng.below(400);
      text += (rng.below(3) == 0) == (i % 2 == 0) ? " a" : " b";
      text += std::to_string(word);
    }
    all.emplace_back(i % 2 == 0 ? "bad" : "good", text);
  }
  return all;
}

struct Case {
  tapegrad::Corpus corpus;
  tapegrad::WordVectors vectors;
  ExperimentOptions options;

  Json json() const {
    return Json::parse(
        to_json(corpus, options, tapegrad::run_experiment(corpus, vectors, options)));
  }
};

Case small_case() {
  Case small{tiny::corpus(texts(20, 1), texts(6, 2), texts(8, 3)), {}, {}};
  small.vectors = {{"a1", "a2", "b3"}, tiny::table(3, 4)};
  small.corpus.files = {{"train", "dir/train.tsv", "TSV", 20}};
  for (const char* name : {"frozen", "thaw:1"}) {
    small.options.embeddings.push_back(tapegrad::embedding_choice(name));
  }
  small.options.seeds = 2;
  small.options.fit.epochs = 2;
  return small;
}

std::vector<std::string> keys(const Json& json) {
  std::vector<std::string> all;
  for (const auto& [key, value] : json.items()) all.push_back(key);
  return all;
}

}  // namespace

TEST_CASE("the JSON of an experiment holds its figures under the names of its schema") {
  const Case small = small_case();
  const auto result = run_experiment(small.corpus, small.vectors, small.options);
  const Json json = Json::parse(to_json(small.corpus, small.options, result));
  CHECK(keys(json) == std::vector<std::string>{"format_version", "data", "settings", "runs",
                                               "cancelled", "timing", "environment"});
  CHECK(json["format_version"] == 1);
  CHECK(json["cancelled"] == false);
  CHECK(json["data"]["files"][0]["file"] == "dir/train.tsv");
  CHECK(json["data"]["labels"] == Json({"bad", "good"}));
  CHECK(json["data"]["classes"] == 2);
  CHECK(json["data"]["vocabulary_size"] == result.vocabulary_size);
  CHECK(json["settings"]["seeds"] == 2);
  CHECK(json["settings"]["embedding_dim"] == 4);
  CHECK_FALSE(json["settings"].contains("hidden"));
  REQUIRE(json["runs"].size() == 2);
  const Json& run = json["runs"][1];
  const auto& group = result.groups[1];
  CHECK(run["embeddings"] == "thaw:1");
  CHECK(run["dev"]["accuracy"]["mean"] == group.dev_accuracy().mean);
  CHECK(run["dev"]["accuracy"]["sd"] == group.dev_accuracy().sd);
  CHECK(run["test"]["accuracy"]["mean"] == group.test_accuracy().mean);
  CHECK(run["test"]["accuracy"]["sd"] == group.test_accuracy().sd);
  CHECK(run["test"]["macro_f1"]["mean"] == group.test_macro_f1().mean);
  CHECK(run["trainable_values"] == group.values.trainable);
  CHECK(run["frozen_values"] == group.values.frozen);
  REQUIRE(run["trainings"].size() == 2);
  const Json& training = run["trainings"][1];
  const auto& fit = group.runs[1].fit;
  CHECK(training["seed"] == 2);
  CHECK(training["best_epoch"] == fit.best_epoch);
  CHECK(training["epochs"].size() == 2);
  CHECK(training["epochs"][1]["loss"] == fit.epochs[1].loss);
  CHECK(training["padding"]["gradient_steps"] == fit.padding.steps);
  CHECK(training["padding"]["gradient_rows"] == fit.padding.rows);
  CHECK(training["padding"]["steps_with_padding_row"] == 0);
}

TEST_CASE("times and surroundings stand apart in the JSON") {
  const Json json = small_case().json();
  CHECK(json["timing"].size() == 4);
  CHECK(json["timing"][0]["training_seconds"].get<double>() > 0);
  CHECK(json["environment"]["tapegrad"] == tapegrad::version());
  CHECK(json["environment"]["blas"] == tapegrad::blas_name());
  CHECK(json["environment"]["kernels"] == tapegrad::blas_kernels());
  CHECK(json["environment"]["threads"] == tapegrad::threads());
}

TEST_CASE("what was not measured is null, and names that are no UTF-8 do not stop the JSON") {
  const Case small = small_case();
  auto result = run_experiment(small.corpus, small.vectors, small.options);
  result.groups[0].runs[0].fit.epochs[0].loss = std::numeric_limits<double>::quiet_NaN();
  tapegrad::Corpus corpus = small.corpus;
  corpus.label_names = {"\xff", "good"};
  const Json json = Json::parse(to_json(corpus, small.options, result));
  CHECK(json["runs"][0]["trainings"][0]["epochs"][0]["loss"].is_null());
  CHECK(json["data"]["labels"][0] == "\uFFFD");
}

TEST_CASE("the JSON is the same on 1 and 2 threads but for timing and environment") {
  Case large{tiny::corpus(texts(160, 4)), {}, {}};
  large.options.embeddings = {tapegrad::embedding_choice("random")};
  large.options.width = 128;
  large.options.seeds = 1;
  large.options.folds = 2;
  large.options.fit.epochs = 2;
  large.options.fit.batch_size = 64;
  large.options.fit.word_dropout = 0.1;
  large.options.classifier.dropout = 0.2;
  for (const auto kind : tiny::kinds) {
    large.options.classifier.kind = kind;
    const auto on_threads = [&](int threads) {
      tapegrad::set_threads(threads);
      Json json = large.json();
      tapegrad::set_threads(0);
      CHECK(json["environment"]["threads"] == threads);
      json.erase("timing");
      json.erase("environment");
      return json.dump();
    };
    CHECK(on_threads(1) == on_threads(2));
  }
}
