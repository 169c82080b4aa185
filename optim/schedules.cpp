#include <tapegrad/optim/schedules.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <tapegrad/optim/arguments.hpp>

namespace tapegrad {
namespace {

constexpr double pi = 3.14159265358979323846;

double real(Index n) {
  return static_cast<double>(n);
}

// From `start` to `end` in half a cosine, as share goes from 0 to 1.
double half_cosine(double start, double end, double share) {
  return end + (start - end) * (1 + std::cos(pi * share)) / 2;
}

}  // namespace

double StepLR::operator()(Index epoch) const {
  check_at_least("StepLR", "step_size", step_size, 1);
  check_not_negative("StepLR", "gamma", gamma);
  return std::pow(gamma, real(epoch / step_size));
}

double MultiStepLR::operator()(Index epoch) const {
  check_not_negative("MultiStepLR", "gamma", gamma);
  const auto reached = std::count_if(milestones.begin(), milestones.end(),
                                     [epoch](Index milestone) { return milestone <= epoch; });
  return std::pow(gamma, static_cast<double>(reached));
}

double ExponentialLR::operator()(Index epoch) const {
  check_not_negative("ExponentialLR", "gamma", gamma);
  return std::pow(gamma, real(epoch));
}

double CosineAnnealingLR::operator()(Index epoch) const {
  check_at_least("CosineAnnealingLR", "T_max", T_max, 1);
  check_not_negative("CosineAnnealingLR", "eta_min", eta_min);
  return half_cosine(1, eta_min, real(epoch) / real(T_max));
}

double CosineAnnealingWarmRestarts::operator()(Index epoch) const {
  check_at_least("CosineAnnealingWarmRestarts", "T_0", T_0, 1);
  check_at_least("CosineAnnealingWarmRestarts", "T_mult", T_mult, 1);
  check_not_negative("CosineAnnealingWarmRestarts", "eta_min", eta_min);
  if (T_mult == 1) return half_cosine(1, eta_min, real(epoch % T_0) / real(T_0));
  Index period = T_0;
  while (epoch >= period) {
    epoch -= period;
    period *= T_mult;
  }
  return half_cosine(1, eta_min, real(epoch) / real(period));
}

double LinearLR::operator()(Index epoch) const {
  check_at_least("LinearLR", "total_iters", total_iters, 1);
  check_not_negative("LinearLR", "start_factor", start_factor);
  check_not_negative("LinearLR", "end_factor", end_factor);
  const double share = real(std::min(epoch, total_iters)) / real(total_iters);
  return start_factor + (end_factor - start_factor) * share;
}

double ConstantLR::operator()(Index epoch) const {
  check_at_least("ConstantLR", "total_iters", total_iters, 0);
  check_not_negative("ConstantLR", "factor", factor);
  return epoch < total_iters ? factor : 1;
}

double PolynomialLR::operator()(Index epoch) const {
  check_at_least("PolynomialLR", "total_iters", total_iters, 1);
  check_not_negative("PolynomialLR", "power", power);
  if (epoch >= total_iters) return 0;
  return std::pow(1 - real(epoch) / real(total_iters), power);
}

double OneCycleLR::operator()(Index step) const {
  check_at_least("OneCycleLR", "total_steps", total_steps, 1);
  const double most = three_phase ? 0.5 : 1;
  if (!(pct_start >= 0 && pct_start <= most)) {
    throw std::invalid_argument(
        fmt::format("OneCycleLR: pct_start is {}, must be in [0, {}]", pct_start, most));
  }
  check_positive("OneCycleLR", "div_factor", div_factor);
  check_positive("OneCycleLR", "final_div_factor", final_div_factor);
  const double first = 1 / div_factor;
  const double last = first / final_div_factor;
  const double length = pct_start * real(total_steps);
  struct Phase {
    double end_step, end;
  };
  std::vector<Phase> phases = {{length - 1, 1}};
  if (three_phase) phases.push_back({2 * length - 2, first});
  phases.push_back({real(total_steps - 1), last});

  double from = 0, start = first;
  for (const auto [end_step, end] : phases) {
    if (real(step) < end_step) {
      const double share = (real(step) - from) / (end_step - from);
      const bool cosine = anneal_strategy == Anneal::cos;
      return cosine ? half_cosine(start, end, share) : start + (end - start) * share;
    }
    from = end_step;
    start = end;
  }
  return last;
}

double SequentialLR::operator()(Index epoch) const {
  if (schedules.size() != milestones.size() + 1) {
    throw std::invalid_argument(
        fmt::format("SequentialLR: there are {} schedules and {} milestones, one milestone fewer "
                    "than schedules is wanted",
                    schedules.size(), milestones.size()));
  }
  if (!std::is_sorted(milestones.begin(), milestones.end())) {
    throw std::invalid_argument("SequentialLR: the milestones must rise");
  }
  const auto next = std::upper_bound(milestones.begin(), milestones.end(), epoch);
  const auto current = static_cast<std::size_t>(next - milestones.begin());
  return schedules[current](epoch - (current == 0 ? 0 : milestones[current - 1]));
}

double LinearWarmupDecay::operator()(Index step) const {
  check_at_least("LinearWarmupDecay", "warmup_steps", warmup_steps, 0);
  check_at_least("LinearWarmupDecay", "total_steps", total_steps, warmup_steps);
  if (step < warmup_steps) return real(step) / real(warmup_steps);
  if (step >= total_steps) return 0;
  return 1 - real(step - warmup_steps) / real(total_steps - warmup_steps);
}

double InverseSquareRootWarmup::operator()(Index step) const {
  check_at_least("InverseSquareRootWarmup", "warmup_steps", warmup_steps, 1);
  const double share = real(step + 1) / real(warmup_steps);
  return std::min(share, 1 / std::sqrt(share));
}

}  // namespace tapegrad
