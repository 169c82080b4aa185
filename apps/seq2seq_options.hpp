// The command line of train_seq2seq.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <tapegrad/training/pair_splits.hpp>
#include <tapegrad/training/seq2seq_fit.hpp>
#include <vector>

#include "checkpoint_options.hpp"
#include "console/manual.hpp"

namespace tapegrad {

struct TrainSeq2SeqOptions {
  std::string direction = "to-words";
  NumberOptions numbers;
  std::optional<Index> number_count;  // default: as many as numbers.train, if there are
  std::string train, dev, test;       // empty train: numbers
  double held_out = 0.1;
  std::string source_unit, target_unit;
  Seq2SeqConfig config;
  Seq2SeqFitOptions fit;
  CheckpointArguments checkpoints;
  DecodeOptions decode;
  int threads = 0;
  std::string model;               // a folder to load instead of training
  std::vector<std::string> tries;  // texts to decode
  bool show_attention = false;
  std::string out, json, predictions, trace;
  bool profile = false;
  bool quiet = false;
};

/// Declares every option.
void add_options(CLI::App& app, TrainSeq2SeqOptions& options);

/// After parsing: turns names into values and fills in what depends on other options. Throws
/// std::invalid_argument for options that do not fit each other, or would have no effect.
void complete(const CLI::App& app, TrainSeq2SeqOptions& options);

/// What the help page and the manual page say beside the options.
console::Manual train_seq2seq_manual();

}  // namespace tapegrad
