// Looking on while a classifier is trained.
#pragma once

#include <cstdint>
#include <tapegrad/core/gradient.hpp>
#include <tapegrad/training/classifier.hpp>

namespace tapegrad {

struct FitResult;

inline namespace TAPEGRAD_PRECISION {

/// Sees what `fit` does, in these calls, and changes none of its bits. What it is given can be read
/// during the call alone.
class FitObserver {
 public:
  virtual ~FitObserver() = default;
  FitObserver(const FitObserver&) = delete;
  FitObserver& operator=(const FitObserver&) = delete;

  /// The model as it starts, even if a checkpoint is about to be resumed: then the epochs and steps
  /// before it are not seen.
  virtual void fit_begins(const TextClassifier& /*model*/) {}
  /// A step, from 0 over all epochs, is about to be taken with this gradient of the table, which is
  /// not clipped yet: rows, or nothing if the table is frozen.
  virtual void step(std::uint64_t /*step*/, const Gradient& /*table*/) {}
  /// The end of an epoch, from 1, when all rows are settled; `dev` is what the model says of dev.
  virtual void epoch_ends(Index /*epoch*/, const TextClassifier& /*model*/,
                          const Predictions& /*dev*/) {}
  /// The model as it was at the end of the best epoch. Not called if the training diverged.
  virtual void fit_ends(const TextClassifier& /*model*/, const FitResult& /*result*/) {}

 protected:
  FitObserver() = default;
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
