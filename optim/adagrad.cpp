#include <tapegrad/optim/adagrad.hpp>

#include <algorithm>
#include <array>
#include <tapegrad/core/kernels/simd.hpp>
#include <tapegrad/optim/arguments.hpp>
#include <tapegrad/optim/rows.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

class AdagradRule final : public UpdateRule {
 public:
  explicit AdagradRule(const AdagradOptions& options)
      : UpdateRule("Adagrad", rows::row_policy_for(options.row_policy, options.weight_decay == 0),
                   {"sum"}),
        options_(options) {
    check_not_negative("Adagrad", "lr_decay", options.lr_decay);
    check_not_negative("Adagrad", "weight_decay", options.weight_decay);
    check_not_negative("Adagrad", "initial_accumulator_value", options.initial_accumulator_value);
    check_not_negative("Adagrad", "eps", options.eps);
  }

  void update(Parameter& p, const Gradient& gradient, OptimizerState& state,
              double lr) const override {
    Array& sum = state.arrays[0];
    if (state.steps == 1) {
      std::fill(sum.begin(), sum.end(), static_cast<Real>(options_.initial_accumulator_value));
    }
    if (rows::touches_nothing(gradient, row_policy())) return;
    const double slower = 1 + static_cast<double>(state.steps - 1) * options_.lr_decay;
    const AdagradScalars c{.lr = static_cast<Real>(lr / slower),
                           .eps = static_cast<Real>(options_.eps),
                           .l2 = static_cast<Real>(options_.weight_decay)};
    for_each_span(p, gradient, row_policy(), std::array{p.mutate_stored().data(), sum.data()},
                  [c, step = simd().adagrad](const std::array<Real*, 2>& a, const Real* g,
                                             std::size_t n) { step(a[0], a[1], g, n, c); });
  }

 private:
  AdagradOptions options_;  // its lr is that of the beginning
};

}  // namespace

std::unique_ptr<const UpdateRule> make_rule(const AdagradOptions& options) {
  return std::make_unique<AdagradRule>(options);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
