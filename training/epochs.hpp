// The loop that every training shares: epochs of batches, the best epoch kept.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <tapegrad/core/array.hpp>
#include <tapegrad/core/visit.hpp>
#include <vector>

namespace tapegrad {

/// Where a training stands.
struct Progress {
  Index epoch = 0;  // from 1
  Index epochs = 0;
  std::size_t batch = 0;  // batches of this epoch that are done
  std::size_t batches = 0;
  double loss = 0;  // means over this epoch so far
  double accuracy = 0;
  double examples_per_second = 0;
  double seconds_left = 0;                  // to the last epoch's end
  std::optional<double> dev_accuracy = {};  // at an epoch's end
};

struct EpochRecord {
  double loss = 0;            // mean over the items of the epoch
  double train_accuracy = 0;  // of the predictions made while training
  double dev_accuracy = 0;
};

struct EpochOptions {
  Index epochs = 10;
  /// Stops after so many epochs without a better dev accuracy; 0: never.
  Index patience = 0;
  /// Called after every batch, and at the end of every epoch with its dev accuracy.
  std::function<void(const Progress&)> progress = {};
  /// Asked after every batch; true ends the training there.
  std::function<bool()> cancelled = {};
};

/// What happened in the epochs of a training.
struct EpochsResult {
  Index best_epoch = 0;  // the earliest of the best, from 1; 0 if there was no epoch
  double best_dev_accuracy = 0;
  std::vector<EpochRecord> epochs;
  double seconds = 0;        // in training, without evaluation
  std::size_t examples = 0;  // trained on, all epochs together
  bool cancelled = false;
};

/// How good a model is on dev: the higher accuracy is better, of equals the lower loss.
struct DevScore {
  double accuracy = 0;
  double loss = 0;
};

/// Which step this is.
struct StepNumber {
  Index epoch = 0;         // from 1
  std::uint64_t step = 0;  // from 0, over all epochs
};

/// What one step did. Items are what the loss is a mean of: the examples, or what they consist of.
struct StepResult {
  double loss = 0;
  std::size_t items = 0;
  std::size_t hits = 0;  // items predicted right
};

inline namespace TAPEGRAD_PRECISION {

/// What differs from training to training.
class EpochTask {
 public:
  virtual ~EpochTask() = default;
  EpochTask(const EpochTask&) = delete;
  EpochTask& operator=(const EpochTask&) = delete;

  /// The number of training examples.
  virtual std::size_t examples() const = 0;
  /// An epoch begins: the examples of each of its batches.
  virtual std::vector<std::vector<Index>> batches(Index epoch) = 0;
  virtual StepResult train_batch(const std::vector<Index>& examples, const StepNumber& number) = 0;
  /// How good the model is at the end of an epoch.
  virtual DevScore evaluate() = 0;
  /// What is put back to its values at the end of the best epoch.
  virtual std::vector<NamedParameter> parameters() const = 0;

 protected:
  EpochTask() = default;
};

/// Trains, and leaves the parameters as they were at the end of the epoch with the best dev score
/// (the earliest of equals). When cancelled, the unfinished epoch counts as one if none
/// was finished.
EpochsResult run_epochs(EpochTask& task, const EpochOptions& options);

/// Throws std::runtime_error with epoch, step and learning rate when a loss is not finite: for
/// train_batch, before it goes backward.
void check_finite(Real loss, const StepNumber& number, double lr);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
