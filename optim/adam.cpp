#include <tapegrad/optim/adam.hpp>

#include <fmt/core.h>

#include <array>
#include <cmath>
#include <stdexcept>
#include <tapegrad/core/kernels/simd.hpp>
#include <tapegrad/optim/adam_drift.hpp>
#include <tapegrad/optim/arguments.hpp>
#include <tapegrad/optim/rows.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

AdamScalars scalars(const AdamOptions& o, bool decoupled, double lr, std::uint64_t steps) {
  const auto t = static_cast<double>(steps);
  const auto real = [](double x) { return static_cast<Real>(x); };
  return {.beta1 = real(o.beta1),
          .rest1 = real(1 - o.beta1),
          .beta2 = real(o.beta2),
          .rest2 = real(1 - o.beta2),
          .step_size = real(lr / (1 - std::pow(o.beta1, t))),
          .root = real(1 / std::sqrt(1 - std::pow(o.beta2, t))),
          .eps = real(o.eps),
          .l2 = real(decoupled ? 0 : o.weight_decay),
          .decay = real(decoupled ? lr * o.weight_decay : 0)};
}

AdamOptions adam_options(const AdamWOptions& o) {
  return {.lr = o.lr,
          .beta1 = o.beta1,
          .beta2 = o.beta2,
          .eps = o.eps,
          .weight_decay = o.weight_decay,
          .row_policy = o.row_policy};
}

}  // namespace

Adam::Adam(std::vector<NamedParameter> parameters, const AdamOptions& options)
    : Adam("Adam", std::move(parameters), options, false) {}

Adam::Adam(const char* name, std::vector<NamedParameter> parameters, const AdamOptions& options,
           bool decoupled)
    : Optimizer(name, std::move(parameters), options.lr,
                rows::row_policy_for(options.row_policy, decoupled || options.weight_decay == 0),
                {"exp_avg", "exp_avg_sq"}),
      options_(options),
      decoupled_(decoupled) {
  check_below_one(name, "beta1", options.beta1);
  check_below_one(name, "beta2", options.beta2);
  check_not_negative(name, "eps", options.eps);
  check_not_negative(name, "weight_decay", options.weight_decay);
}

AdamW::AdamW(std::vector<NamedParameter> parameters, const AdamWOptions& options)
    : Adam("AdamW", std::move(parameters), adam_options(options), true) {}

void Adam::update(Parameter& p, const Gradient& gradient, OptimizerState& state) {
  if (rows::touches_nothing(gradient, row_policy())) return;
  const AdamScalars c = scalars(options_, decoupled_, lr(), state.steps);
  const std::array arrays{p.mutate_stored().data(), state.arrays[0].data(), state.arrays[1].data()};
  for_each_span(p, gradient, row_policy(), arrays,
                [c, step = simd().adam](const std::array<Real*, 3>& a, const Real* g,
                                        std::size_t n) { step(a[0], a[1], a[2], g, n, c); });
}

void Adam::check_options() const {
  if (!decoupled_ || row_policy() != RowPolicy::exact || lr() * options_.weight_decay < 1) return;
  throw std::invalid_argument(
      fmt::format("AdamW: lr {} times weight_decay {} is {}, RowPolicy::exact wants less than 1",
                  lr(), options_.weight_decay, lr() * options_.weight_decay));
}

std::unique_ptr<Drift> Adam::make_drift() const {
  return std::make_unique<AdamDrift>(options_, decoupled_);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
