// The options of checkpoints, which all programs that train have.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <tapegrad/training/checkpoints.hpp>

namespace tapegrad {

/// What the user said of checkpoints.
struct CheckpointArguments {
  std::string begin;   // --checkpoint DIR
  std::string resume;  // --resume DIR
  Index every = 0;

  bool wanted() const { return !begin.empty() || !resume.empty(); }
  const std::string& folder() const { return resume.empty() ? begin : resume; }
};

/// Declares --checkpoint, --checkpoint-every and --resume.
void add_checkpoint_options(CLI::App& app, CheckpointArguments& arguments);
/// Throws std::invalid_argument for options that do not fit each other.
void check(const CheckpointArguments& arguments);

/// The checkpoints that are wanted, nullptr if none are; tells on standard error whether a training
/// goes on, unless `quiet`. Errors as in Checkpoints.
std::unique_ptr<Checkpoints> open_checkpoints(const CheckpointArguments& arguments, bool quiet);

/// How to go on behind an interruption: "; to go on: --resume DIR with the same options", or "".
std::string how_to_go_on(const CheckpointArguments& arguments);

}  // namespace tapegrad
