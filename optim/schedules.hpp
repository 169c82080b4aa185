// Learning-rate schedules: functions of the epoch, or step. LRScheduler applies them.
#pragma once

#include <functional>
#include <tapegrad/core/real.hpp>
#include <vector>

namespace tapegrad {

/// The factor by which the learning rates of the optimizer's groups are multiplied in an epoch, or
/// a step, from 0. Any function will do; those of PyTorch follow. They are values, are computed
/// from the epoch alone, and throw std::invalid_argument when called with settings that make no
/// sense.
using Schedule = std::function<double(Index epoch)>;

/// gamma^(epoch / step_size), rounded down.
struct StepLR {
  Index step_size;
  double gamma = 0.1;
  double operator()(Index epoch) const;
};

/// gamma to the number of milestones reached; a milestone given twice counts twice.
struct MultiStepLR {
  std::vector<Index> milestones;
  double gamma = 0.1;
  double operator()(Index epoch) const;
};

/// gamma^epoch.
struct ExponentialLR {
  double gamma;
  double operator()(Index epoch) const;
};

/// Half a cosine from 1 to eta_min in T_max epochs; behind T_max it rises again, with period
/// 2 T_max. eta_min is a factor here.
struct CosineAnnealingLR {
  Index T_max;  // NOLINT(readability-identifier-naming): PyTorch's name
  double eta_min = 0;
  double operator()(Index epoch) const;
};

/// The same (Loshchilov and Hutter, 2017), beginning again at 1 after T_0 epochs, then after
/// T_0 T_mult, T_0 T_mult², ... more.
struct CosineAnnealingWarmRestarts {
  Index T_0;         // NOLINT(readability-identifier-naming)
  Index T_mult = 1;  // NOLINT(readability-identifier-naming)
  double eta_min = 0;
  double operator()(Index epoch) const;
};

/// From start_factor to end_factor in total_iters equal steps, then end_factor.
struct LinearLR {
  double start_factor = 1.0 / 3;
  double end_factor = 1.0;
  Index total_iters = 5;
  double operator()(Index epoch) const;
};

/// `factor` for total_iters epochs, then 1.
struct ConstantLR {
  double factor = 1.0 / 3;
  Index total_iters = 5;
  double operator()(Index epoch) const;
};

/// (1 - epoch / total_iters)^power, then 0.
struct PolynomialLR {
  Index total_iters = 5;
  double power = 1.0;
  double operator()(Index epoch) const;
};

/// How OneCycleLR gets from one value to the next: half a cosine, or a straight line.
enum class Anneal { cos, linear };

/// One cycle (Smith and Topin, 2018) of total_steps: from 1 / div_factor up to 1 in the first
/// pct_start of it, then down to 1 / (div_factor final_div_factor), where it stays. The learning
/// rates of the optimizer are those of the peak (PyTorch's max_lr). The momentum is not cycled.
struct OneCycleLR {
  Index total_steps;
  double pct_start = 0.3;
  Anneal anneal_strategy = Anneal::cos;
  double div_factor = 25;
  double final_div_factor = 1e4;
  /// Falls to 1 / div_factor in as many steps as it rose, and from there to the end; pct_start is
  /// at most 0.5 then.
  bool three_phase = false;
  double operator()(Index step) const;
};

/// The first schedule up to the first milestone, from there the second, which begins with its epoch
/// 0, and so on. Milestones rise, and are one fewer than the schedules.
struct SequentialLR {
  std::vector<Schedule> schedules;
  std::vector<Index> milestones;
  double operator()(Index epoch) const;
};

/// Rises in equal steps from 0 to 1 at warmup_steps, then falls in equal steps to 0 at total_steps;
/// with no warm-up it is what fastText does.
struct LinearWarmupDecay {
  Index warmup_steps;
  Index total_steps;
  double operator()(Index step) const;
};

/// min(s / w, sqrt(w / s)) with s = step + 1, w = warmup_steps: rises in equal steps to 1, then
/// falls as one over the root. With the learning rate 1 / sqrt(d_model w) it is the schedule of
/// "Attention is all you need" (Vaswani et al., 2017), section 5.3.
struct InverseSquareRootWarmup {
  Index warmup_steps;
  double operator()(Index step) const;
};

}  // namespace tapegrad
