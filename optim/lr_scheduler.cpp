#include <tapegrad/optim/lr_scheduler.hpp>

#include <algorithm>
#include <limits>
#include <tapegrad/core/log.hpp>
#include <tapegrad/optim/arguments.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

LRScheduler::LRScheduler(Optimizer& optimizer, Schedule schedule, Index epoch)
    : optimizer_(optimizer),
      schedule_(std::move(schedule)),
      epoch_(epoch),
      first_step_(optimizer.steps()) {
  check_at_least("LRScheduler", "epoch", epoch, 0);
  optimizer_.set_lr_factor(schedule_(epoch_));
}

void LRScheduler::step() {
  if (!stepped_ && optimizer_.steps() == first_step_) {
    warn(
        "LRScheduler::step was called before the first Optimizer::step, so that the first "
        "learning rate of the schedule is never used");
  }
  stepped_ = true;
  optimizer_.set_lr_factor(schedule_(++epoch_));
}

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, const ReduceLROnPlateauOptions& options)
    : optimizer_(optimizer), options_(options) {
  constexpr double worst = std::numeric_limits<double>::infinity();
  const char* name = "ReduceLROnPlateau";
  check_below_one(name, "factor", options.factor);
  check_at_least(name, "patience", options.patience, 0);
  check_not_negative(name, "threshold", options.threshold);
  check_at_least(name, "cooldown", options.cooldown, 0);
  check_not_negative(name, "min_lr", options.min_lr);
  check_not_negative(name, "eps", options.eps);
  best_ = options.mode == PlateauMode::min ? worst : -worst;
}

void ReduceLROnPlateau::step(double metric) {
  ++bad_epochs_;
  if (better(metric)) {
    best_ = metric;
    bad_epochs_ = 0;
  }
  if (cooling_ > 0) {
    --cooling_;
    bad_epochs_ = 0;
  }
  if (bad_epochs_ <= options_.patience) return;
  reduce();
  cooling_ = options_.cooldown;
  bad_epochs_ = 0;
}

bool ReduceLROnPlateau::better(double metric) const {
  const bool relative = options_.threshold_mode == ThresholdMode::rel;
  const double t = options_.threshold;
  if (options_.mode == PlateauMode::min) return metric < (relative ? best_ * (1 - t) : best_ - t);
  return metric > (relative ? best_ * (1 + t) : best_ + t);
}

void ReduceLROnPlateau::reduce() {
  for (std::size_t group = 0; group < optimizer_.groups(); ++group) {
    const double lr = optimizer_.base_lr(group);
    const double smaller = std::max(lr * options_.factor, options_.min_lr);
    if (lr - smaller > options_.eps) optimizer_.set_lr(smaller, group);
  }
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
