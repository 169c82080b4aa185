// The command line of train_sentiment.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <tapegrad/training/experiment.hpp>
#include <vector>

#include "checkpoint_options.hpp"
#include "console/manual.hpp"

namespace tapegrad {

struct TrainSentimentOptions {
  std::string train, dev, test, vectors, cache;  // empty train: the embedded data
  Malformed malformed_vectors = Malformed::strict;
  DatasetOptions data;
  TokenizerRules rules;
  std::vector<std::string> embeddings = {"frozen", "finetune", "random"};
  std::string model = "bag";
  std::optional<double> dropout;     // default: by model
  std::optional<Index> hidden;       // only for the model mean
  std::vector<Index> filter_widths;  // this and filters only for the model cnn
  std::optional<Index> filters;
  std::string missing = "normal";
  ExperimentOptions experiment;
  CheckpointArguments checkpoints;
  int threads = 0;
  bool quiet = false;
  std::string json, out, predictions, trace, save_vectors, report, exports;
  std::vector<std::string> report_words;
  bool keep_vectors = false;
  bool profile = false;
  bool embedded = false;  // trains on the data that comes with the program
  std::string command;    // the command line, as it can be given to a shell
};

/// Declares every option.
void add_options(CLI::App& app, TrainSentimentOptions& options);

/// After parsing: puts the embedded data in where no file is named, and turns names into values.
/// Throws std::invalid_argument for options that do not fit each other, or would have no effect.
void complete(const CLI::App& app, TrainSentimentOptions& options);

/// What the help page and the manual page say beside the options.
console::Manual train_sentiment_manual();

}  // namespace tapegrad
