#include <tapegrad/optim/sgd.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <tapegrad/core/kernels/simd.hpp>
#include <tapegrad/optim/arguments.hpp>
#include <tapegrad/optim/drift.hpp>
#include <tapegrad/optim/rows.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// Momentum runs out: with b the momentum at step t0, k steps later b is momentum^k b, and x has
// moved by -b times the sum over j = 1..k of lr_{t0+j} momentum^j (one power more with nesterov).
class MomentumDrift final : public Drift {
 public:
  explicit MomentumDrift(const SGDOptions& options)
      : momentum_(options.momentum),
        first_(options.nesterov ? options.momentum : 1),
        reach_(reach(options.momentum)) {}

  void restart(std::uint64_t) override { sums_.assign(1, 0); }

  void step(double lr) override {
    double power = first_;
    for (std::size_t j = 1; j <= std::min(reach_, sums_.size()); ++j) {
      power *= momentum_;
      sums_[sums_.size() - j] += lr * power;
    }
    sums_.push_back(0);
  }

  void move(std::size_t from, Real* x, const StateRow& state, std::size_t n) const override {
    const auto steps = static_cast<double>(sums_.size() - 1 - from);
    const auto sum = static_cast<Real>(sums_[from]);
    const auto power = static_cast<Real>(std::pow(momentum_, steps));
    Real* __restrict b = state[0];
    for (std::size_t i = 0; i < n; ++i) {
      x[i] -= sum * b[i];
      b[i] *= power;
    }
  }

 private:
  double momentum_;
  double first_;
  std::size_t reach_;
  std::vector<double> sums_;  // for rows settled by each step since the restart
};

std::vector<std::string> state_names_for(const SGDOptions& options) {
  if (options.momentum == 0) return {};
  return {"momentum_buffer"};
}

}  // namespace

SGD::SGD(std::vector<NamedParameter> parameters, const SGDOptions& options)
    : Optimizer("SGD", std::move(parameters), options.lr,
                rows::row_policy_for(options.row_policy, options.weight_decay == 0),
                state_names_for(options)),
      options_(options) {
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

void SGD::update(Parameter& p, const Gradient& gradient, OptimizerState& state) {
  if (rows::touches_nothing(gradient, row_policy())) return;
  const double share = state.steps == 1 ? 1.0 : 1.0 - options_.dampening;
  const SgdScalars c{.lr = static_cast<Real>(lr()),
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

std::unique_ptr<Drift> SGD::make_drift() const {
  if (options_.momentum == 0) return nullptr;
  return std::make_unique<MomentumDrift>(options_);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
