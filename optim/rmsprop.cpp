#include <tapegrad/optim/rmsprop.hpp>

#include <array>
#include <tapegrad/core/kernels/simd.hpp>
#include <tapegrad/optim/arguments.hpp>
#include <tapegrad/optim/momentum_drift.hpp>
#include <tapegrad/optim/rows.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

std::vector<std::string> state_names_for(const RMSpropOptions& options) {
  using Names = std::vector<std::string>;
  const bool momentum = options.momentum > 0;
  if (options.centered) {
    return momentum ? Names{"square_avg", "grad_avg", "momentum_buffer"}
                    : Names{"square_avg", "grad_avg"};
  }
  return momentum ? Names{"square_avg", "momentum_buffer"} : Names{"square_avg"};
}

class RMSpropRule final : public UpdateRule {
 public:
  explicit RMSpropRule(const RMSpropOptions& options)
      : UpdateRule("RMSprop", rows::row_policy_for(options.row_policy, options.weight_decay == 0),
                   state_names_for(options)),
        options_(options) {
    check_below_one("RMSprop", "alpha", options.alpha);
    check_not_negative("RMSprop", "eps", options.eps);
    check_not_negative("RMSprop", "weight_decay", options.weight_decay);
    check_not_negative("RMSprop", "momentum", options.momentum);
  }

  void update(Parameter& p, const Gradient& gradient, OptimizerState& state,
              double lr) const override {
    if (rows::touches_nothing(gradient, row_policy())) return;
    const auto real = [](double value) { return static_cast<Real>(value); };
    const RmspropScalars c{.lr = real(lr),
                           .eps = real(options_.eps),
                           .l2 = real(options_.weight_decay),
                           .alpha = real(options_.alpha),
                           .rest = real(1 - options_.alpha),
                           .momentum = real(options_.momentum)};
    Real* x = p.mutate_stored().data();
    const auto array = [&state](std::size_t i) { return state.arrays[i].data(); };
    const auto run = [&](const auto& arrays, const auto& step) {
      for_each_span(p, gradient, row_policy(), arrays, step);
    };
    const bool momentum = options_.momentum > 0;
    if (options_.centered && momentum) {
      run(std::array{x, array(0), array(1), array(2)},
          [c, step = simd().rmsprop_centered_momentum](const std::array<Real*, 4>& a, const Real* g,
                                                       std::size_t n) {
            step(a[0], a[1], a[2], a[3], g, n, c);
          });
    } else if (options_.centered) {
      run(std::array{x, array(0), array(1)},
          [c, step = simd().rmsprop_centered](const std::array<Real*, 3>& a, const Real* g,
                                              std::size_t n) {
            step(a[0], a[1], a[2], nullptr, g, n, c);
          });
    } else if (momentum) {
      run(std::array{x, array(0), array(1)},
          [c, step = simd().rmsprop_momentum](const std::array<Real*, 3>& a, const Real* g,
                                              std::size_t n) {
            step(a[0], a[1], nullptr, a[2], g, n, c);
          });
    } else {
      run(std::array{x, array(0)},
          [c, step = simd().rmsprop](const std::array<Real*, 2>& a, const Real* g, std::size_t n) {
            step(a[0], a[1], nullptr, nullptr, g, n, c);
          });
    }
  }

  std::unique_ptr<Drift> make_drift() const override {
    std::vector<double> factors(options_.centered ? 2 : 1, options_.alpha);
    return std::make_unique<MomentumDrift>(options_.momentum, false, std::move(factors));
  }

 private:
  RMSpropOptions options_;  // its lr is that of the beginning
};

}  // namespace

std::unique_ptr<const UpdateRule> make_rule(const RMSpropOptions& options) {
  return std::make_unique<RMSpropRule>(options);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
