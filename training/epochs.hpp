// The loop that every training shares: epochs of batches, the best epoch kept.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tapegrad/core/array.hpp>
#include <tapegrad/core/visit.hpp>
#include <tapegrad/optim/optimizer.hpp>
#include <tapegrad/training/identity.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {
class Checkpoints;
}

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
  /// If given, the training goes on from the checkpoint that they resume, and writes others as they
  /// want them, one when it is cancelled among them. That changes none of its bits.
  Checkpoints* checkpoints = nullptr;
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

/// A training diverged: the text says where, and which operation first made a number that is not
/// finite. The parameters are those of the best epoch so far, if there is one.
class DivergedError : public std::runtime_error {
 public:
  DivergedError(const std::string& text, EpochsResult so_far)
      : std::runtime_error(text),
        so_far_(std::make_shared<const EpochsResult>(std::move(so_far))) {}

  const EpochsResult& so_far() const { return *so_far_; }

 private:
  std::shared_ptr<const EpochsResult> so_far_;
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
  /// Throws NotFiniteError (training/divergence.hpp) before it changes a parameter.
  virtual StepResult train_batch(const std::vector<Index>& examples, const StepNumber& number) = 0;
  /// How good the model is at the end of an epoch, when all rows are settled.
  virtual DevScore evaluate() = 0;
  /// What is put back to its values at the end of the best epoch.
  virtual std::vector<NamedParameter> parameters() const = 0;
  virtual Optimizer& optimizer() = 0;

  /// For checkpoints: what the training depends on, but for the values of its parameters, and the
  /// settings of its optimizer, at the start.
  virtual Identity identity() const = 0;
  /// What else changes from step to step, to be saved; and what was saved, put back.
  virtual std::vector<std::uint64_t> counts() const { return {}; }
  virtual void set_counts(const std::vector<std::uint64_t>& /*counts*/) {}

 protected:
  EpochTask() = default;
};

/// Trains, and leaves the parameters as they were at the end of the epoch with the best dev score
/// (the earliest of equals). When cancelled, the unfinished epoch does not count; if none was
/// finished, the parameters stay as they are then. Throws DivergedError when a loss, a gradient or,
/// at the end of an epoch, a parameter is not finite; std::invalid_argument for the checkpoint of
/// another training, and errors as in Checkpoints.
EpochsResult run_epochs(EpochTask& task, const EpochOptions& options);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
