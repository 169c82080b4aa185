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
          .amsgrad = o.amsgrad,
          .row_policy = o.row_policy};
}

std::vector<std::string> state_names_for(const AdamOptions& options) {
  if (options.amsgrad) return {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"};
  return {"exp_avg", "exp_avg_sq"};
}

class AdamRule final : public UpdateRule {
 public:
  AdamRule(const char* name, const AdamOptions& options, bool decoupled)
      : UpdateRule(name,
                   rows::row_policy_for(options.row_policy, decoupled || options.weight_decay == 0),
                   state_names_for(options)),
        options_(options),
        decoupled_(decoupled) {
    check_below_one(name, "beta1", options.beta1);
    check_below_one(name, "beta2", options.beta2);
    check_not_negative(name, "eps", options.eps);
    check_not_negative(name, "weight_decay", options.weight_decay);
  }

  void update(Parameter& p, const Gradient& gradient, OptimizerState& state,
              double lr) const override;
  void check_lr(double lr) const override;
  std::unique_ptr<Drift> make_drift() const override {
    return std::make_unique<AdamDrift>(options_, decoupled_);
  }

 private:
  AdamOptions options_;  // its lr is that of the beginning
  bool decoupled_;       // AdamW's decay
};

void AdamRule::update(Parameter& p, const Gradient& gradient, OptimizerState& state,
                      double lr) const {
  if (rows::touches_nothing(gradient, row_policy())) return;
  const AdamScalars c = scalars(options_, decoupled_, lr, state.steps);
  Real* x = p.mutate_stored().data();
  Real* m = state.arrays[0].data();
  Real* v = state.arrays[1].data();
  if (options_.amsgrad) {
    for_each_span(
        p, gradient, row_policy(), std::array{x, m, v, state.arrays[2].data()},
        [c, step = simd().amsgrad](const std::array<Real*, 4>& a, const Real* g, std::size_t n) {
          step(a[0], a[1], a[2], a[3], g, n, c);
        });
    return;
  }
  for_each_span(p, gradient, row_policy(), std::array{x, m, v},
                [c, step = simd().adam](const std::array<Real*, 3>& a, const Real* g,
                                        std::size_t n) { step(a[0], a[1], a[2], g, n, c); });
}

void AdamRule::check_lr(double lr) const {
  const double decay = lr * options_.weight_decay;
  if (!decoupled_ || row_policy() != RowPolicy::exact || decay < 1) return;
  throw std::invalid_argument(
      fmt::format("AdamW: lr {} times weight_decay {} is {}, RowPolicy::exact wants less than 1",
                  lr, options_.weight_decay, decay));
}

}  // namespace

std::unique_ptr<const UpdateRule> make_rule(const AdamOptions& options) {
  return std::make_unique<AdamRule>("Adam", options, false);
}

std::unique_ptr<const UpdateRule> make_rule(const AdamWOptions& options) {
  return std::make_unique<AdamRule>("AdamW", adam_options(options), true);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
