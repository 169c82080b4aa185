#include <tapegrad/optim/rmsprop.hpp>

#include <array>
#include <cmath>
#include <tapegrad/optim/arguments.hpp>
#include <tapegrad/optim/momentum_drift.hpp>
#include <tapegrad/optim/rows.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// The numbers of one step.
struct Scalars {
  Real lr, l2, alpha, rest, eps, momentum;  // rest = 1 - alpha
};

// One step of a span of the arrays: the parameter and its state.
template <bool centered, bool momentum>
struct Step {
  static constexpr std::size_t arrays = 2 + (centered ? 1 : 0) + (momentum ? 1 : 0);
  Scalars scalars;

  void operator()(const std::array<Real*, arrays>& a, const Real* __restrict g,
                  std::size_t n) const {
    const Scalars c = scalars;
    Real* __restrict x = a[0];
    Real* __restrict square_avg = a[1];
    Real* __restrict grad_avg = a[centered ? 2 : 0];
    Real* __restrict buffer = a[arrays - 1];
    for (std::size_t i = 0; i < n; ++i) {
      const Real gradient = g[i] + c.l2 * x[i];
      square_avg[i] = c.alpha * square_avg[i] + c.rest * gradient * gradient;
      Real square = square_avg[i];
      if constexpr (centered) {
        grad_avg[i] = c.alpha * grad_avg[i] + c.rest * gradient;
        square -= grad_avg[i] * grad_avg[i];
        square = square < 0 ? 0 : square;  // it is by rounding only
      }
      Real move = gradient / (std::sqrt(square) + c.eps);
      if constexpr (momentum) move = buffer[i] = c.momentum * buffer[i] + move;
      x[i] -= c.lr * move;
    }
  }
};

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
    const Scalars c{.lr = real(lr),
                    .l2 = real(options_.weight_decay),
                    .alpha = real(options_.alpha),
                    .rest = real(1 - options_.alpha),
                    .eps = real(options_.eps),
                    .momentum = real(options_.momentum)};
    Real* x = p.mutate_stored().data();
    const auto array = [&state](std::size_t i) { return state.arrays[i].data(); };
    const auto run = [&](const auto& arrays, const auto& step) {
      for_each_span(p, gradient, row_policy(), arrays, step);
    };
    const bool momentum = options_.momentum > 0;
    if (options_.centered && momentum) {
      run(std::array{x, array(0), array(1), array(2)}, Step<true, true>{c});
    } else if (options_.centered) {
      run(std::array{x, array(0), array(1)}, Step<true, false>{c});
    } else if (momentum) {
      run(std::array{x, array(0), array(1)}, Step<false, true>{c});
    } else {
      run(std::array{x, array(0)}, Step<false, false>{c});
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
