#include <tapegrad/optim/sgd.hpp>

#include <fmt/core.h>

#include <array>
#include <stdexcept>
#include <tapegrad/core/kernels/simd.hpp>
#include <tapegrad/optim/arguments.hpp>
#include <tapegrad/optim/momentum_drift.hpp>
#include <tapegrad/optim/rows.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

std::vector<std::string> state_names_for(const SGDOptions& options) {
  if (options.momentum == 0) return {};
  return {"momentum_buffer"};
}

void check(const SGDOptions& options) {
  check_not_negative("SGD", "momentum", options.momentum);
  check_not_negative("SGD", "dampening", options.dampening);
  check_not_negative("SGD", "weight_decay", options.weight_decay);
  if (options.nesterov && (options.momentum == 0 || options.dampening != 0)) {
    throw std::invalid_argument(
        fmt::format("SGD: nesterov wants momentum above 0 and dampening 0, momentum is {} and "
                    "dampening is {}",
                    options.momentum, options.dampening));
  }
}

class SGDRule final : public UpdateRule {
 public:
  explicit SGDRule(const SGDOptions& options)
      : UpdateRule("SGD", rows::row_policy_for(options.row_policy, options.weight_decay == 0),
                   state_names_for(options)),
        options_(options) {
    check(options);
  }

  void update(Parameter& p, const Gradient& gradient, OptimizerState& state,
              double lr) const override;

  std::unique_ptr<Drift> make_drift() const override {
    if (options_.momentum == 0) return nullptr;
    return std::make_unique<MomentumDrift>(options_.momentum, options_.nesterov);
  }

 private:
  SGDOptions options_;  // its lr is that of the beginning
};

void SGDRule::update(Parameter& p, const Gradient& gradient, OptimizerState& state,
                     double lr) const {
  if (rows::touches_nothing(gradient, row_policy())) return;
  const double share = state.steps == 1 ? 1.0 : 1.0 - options_.dampening;
  const SgdScalars c{.lr = static_cast<Real>(lr),
                     .l2 = static_cast<Real>(options_.weight_decay),
                     .momentum = static_cast<Real>(options_.momentum),
                     .share = static_cast<Real>(share)};
  Real* x = p.mutate_stored().data();
  if (state.arrays.empty()) {
    for_each_span(p, gradient, row_policy(), std::array{x},
                  [c, step = simd().sgd](const std::array<Real*, 1>& a, const Real* g,
                                         std::size_t n) { step(a[0], g, n, c); });
    return;
  }
  for_each_span(p, gradient, row_policy(), std::array{x, state.arrays[0].data()},
                [c, step = options_.nesterov ? simd().sgd_nesterov : simd().sgd_momentum](
                    const std::array<Real*, 2>& a, const Real* g, std::size_t n) {
                  step(a[0], a[1], g, n, c);
                });
}

}  // namespace

std::unique_ptr<const UpdateRule> make_rule(const SGDOptions& options) {
  return std::make_unique<SGDRule>(options);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
