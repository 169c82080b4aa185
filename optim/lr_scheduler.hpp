// What changes an optimizer's learning rates while it trains.
#pragma once

#include <cstdint>
#include <tapegrad/optim/optimizer.hpp>
#include <tapegrad/optim/schedules.hpp>

namespace tapegrad {

/// Whether a smaller metric is better, or a larger one.
enum class PlateauMode { min, max };
/// Whether a threshold is a share of the best metric, or a difference.
enum class ThresholdMode { rel, abs };

struct ReduceLROnPlateauOptions {
  PlateauMode mode = PlateauMode::min;
  double factor = 0.1;
  Index patience = 10;
  /// A metric counts as better only if it is better by more than this.
  double threshold = 1e-4;
  ThresholdMode threshold_mode = ThresholdMode::rel;
  /// For so many epochs after a reduction, bad ones are not counted.
  Index cooldown = 0;
  double min_lr = 0;
  /// A reduction by no more than this is left out.
  double eps = 1e-8;
};

inline namespace TAPEGRAD_PRECISION {

/// Applies a schedule to an optimizer: the learning rate of each group is its own times the factor
/// of the schedule.
///
///   LRScheduler scheduler(adam, StepLR{.step_size = 30});
///   for (each epoch) { for (each batch) adam.step(...); scheduler.step(); }
///
/// The optimizer must live longer.
class LRScheduler {
 public:
  /// Sets the factor of this epoch: 0, or the one reached by a training that goes on. Throws
  /// std::invalid_argument when it is negative, or the schedule's settings make no sense.
  LRScheduler(Optimizer& optimizer, Schedule schedule, Index epoch = 0);

  /// The next epoch begins: call it behind Optimizer::step. The first call warns if the optimizer
  /// made no step before it, which the first learning rate was for.
  void step();
  /// The epoch, or step, from 0.
  Index epoch() const { return epoch_; }

 private:
  Optimizer& optimizer_;
  Schedule schedule_;
  Index epoch_;
  std::uint64_t first_step_;  // of the optimizer
  bool stepped_ = false;
};

/// Multiplies the learning rates of all groups by a factor when a metric has not got better for
/// more than `patience` epochs. It changes each group's own (Optimizer::set_lr), so that an
/// LRScheduler may be at work beside it. Throws std::invalid_argument when the factor is not in
/// [0, 1), or another number is negative. The optimizer must live longer.
class ReduceLROnPlateau {
 public:
  explicit ReduceLROnPlateau(Optimizer& optimizer, const ReduceLROnPlateauOptions& options = {});

  /// An epoch has ended with this metric; NaN is never better.
  void step(double metric);

  /// The best metric so far, infinite before the first; epochs since then, or since the last
  /// reduction.
  double best() const { return best_; }
  Index bad_epochs() const { return bad_epochs_; }

 private:
  bool better(double metric) const;
  void reduce();

  Optimizer& optimizer_;
  ReduceLROnPlateauOptions options_;
  double best_;
  Index bad_epochs_ = 0;
  Index cooling_ = 0;  // epochs left
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
