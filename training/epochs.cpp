#include <tapegrad/training/epochs.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/training/checkpoints.hpp>
#include <tapegrad/training/divergence.hpp>
#include <tapegrad/training/epoch_state.hpp>
#include <utility>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

using Clock = std::chrono::steady_clock;

class EpochLoop {
 public:
  EpochLoop(EpochTask& task, const EpochOptions& options) : task_(task), options_(options) {}

  EpochsResult run() {
    if (options_.checkpoints != nullptr) identity_ = task_.identity();
    if (const CheckpointFile* file = resumed()) {
      state_ = read_training(*file, identity_, options_, task_);
    }
    while (state_.epoch <= options_.epochs && !result().cancelled && !out_of_patience()) {
      if (train_epoch()) finish_epoch();
    }
    if (result().epochs.empty()) task_.optimizer().settle();
    restore_best();
    return std::move(result());
  }

 private:
  EpochsResult& result() { return state_.result; }

  const CheckpointFile* resumed() const {
    return options_.checkpoints != nullptr ? options_.checkpoints->resumed() : nullptr;
  }

  // False when it was cancelled before its last batch.
  bool train_epoch() {
    const auto batches = task_.batches(state_.epoch);
    if (const CheckpointFile* file = resumed()) go_on_from(*file, batches.size());
    while (state_.batch < batches.size() && !result().cancelled) {
      train_batch(batches[state_.batch]);
      report(batches.size());
      result().cancelled = options_.cancelled && options_.cancelled();
      if (options_.checkpoints != nullptr) checkpoint();
    }
    return state_.batch == batches.size();
  }

  void train_batch(const std::vector<Index>& examples) {
    const auto start = Clock::now();
    try {
      state_.totals.add(task_.train_batch(examples, {state_.epoch, state_.step}));
    } catch (const NotFiniteError& error) {
      diverged(error, 1);
    }
    ++state_.step;
    ++state_.batch;
    result().examples += examples.size();
    result().seconds += std::chrono::duration<double>(Clock::now() - start).count();
  }

  void go_on_from(const CheckpointFile& file, std::size_t batches) {
    const std::uint64_t before = static_cast<std::uint64_t>(state_.epoch - 1) * batches;
    if (state_.batch > batches || state_.step != before + state_.batch) {
      throw FormatError(file.path(), 0,
                        fmt::format("training: batch {} of {} in epoch {} is said to be step {}",
                                    state_.batch, batches, state_.epoch, state_.step));
    }
    restore_task(file, task_);
    options_.checkpoints->resume_ends();
  }

  // Behind a step: if one is due.
  void checkpoint() {
    if (!options_.checkpoints->step() && !result().cancelled) return;
    check_parameters();
    save_training(*options_.checkpoints, identity_, state_, task_);
    options_.checkpoints->write();
  }

  void finish_epoch() {
    task_.optimizer().settle();
    check_parameters();
    const DevScore score = task_.evaluate();
    const EpochTotals& totals = state_.totals;
    result().epochs.push_back({totals.mean_loss(), totals.accuracy(), score.accuracy});
    if (result().best_epoch == 0 || better(score)) {
      result().best_epoch = state_.epoch;
      result().best_dev_accuracy = score.accuracy;
      state_.best_loss = score.loss;
      state_.best.clear();
      for (const auto& [name, p] : task_.parameters()) state_.best.push_back(p.value());
    }
    last_.dev_accuracy = score.accuracy;
    if (options_.progress) options_.progress(last_);
    ++state_.epoch;
    state_.batch = 0;
    state_.totals = {};
  }

  bool better(const DevScore& score) {
    if (score.accuracy != result().best_dev_accuracy) {
      return score.accuracy > result().best_dev_accuracy;
    }
    return score.loss < state_.best_loss;
  }

  bool out_of_patience() {
    return options_.patience > 0 && state_.epoch - 1 - result().best_epoch >= options_.patience;
  }

  void restore_best() {
    if (state_.best.empty()) return;
    std::size_t i = 0;
    for (auto& named : task_.parameters()) named.parameter.assign(std::move(state_.best[i++]));
    state_.best.clear();
  }

  // What a step made of the parameters shows in the next loss at the latest, but by then they may
  // have been kept as the best, or saved.
  void check_parameters() {
    try {
      check_finite(task_.parameters());
    } catch (const NotFiniteError& error) {
      diverged(error, 0);
    }
  }

  // In the batch that is so many behind the last one that is done.
  [[noreturn]] void diverged(const NotFiniteError& error, std::size_t behind) {
    const std::string text = fmt::format(
        "training diverged in epoch {}, batch {}, step {}, with learning rate {}: {}; a smaller "
        "learning rate may help",
        state_.epoch, state_.batch + behind, state_.step + behind, task_.optimizer().lr(),
        error.what());
    restore_best();
    throw DivergedError(text, std::move(result()));
  }

  void report(std::size_t batches) {
    const auto examples = static_cast<double>(result().examples);
    const double speed = examples / std::max(result().seconds, 1e-9);
    const double all = static_cast<double>(options_.epochs) * static_cast<double>(task_.examples());
    last_ = {state_.epoch, options_.epochs,           state_.batch,
             batches,      state_.totals.mean_loss(), state_.totals.accuracy(),
             speed,        (all - examples) / speed};
    if (options_.progress) options_.progress(last_);
  }

  EpochTask& task_;
  const EpochOptions& options_;
  Identity identity_;  // for checkpoints
  EpochState state_;
  Progress last_;
};

}  // namespace

EpochsResult run_epochs(EpochTask& task, const EpochOptions& options) {
  return EpochLoop(task, options).run();
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
