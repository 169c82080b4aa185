#include <tapegrad/optim/sgd.hpp>

#include <fmt/core.h>

#include <array>
#include <stdexcept>
#include <tapegrad/optim/arguments.hpp>
#include <tapegrad/optim/rows.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

struct Scalars {
  Real lr;
  Real l2;
  Real momentum;
  Real share;  // of the gradient in the momentum: 1 - dampening
};

void plain(Real* __restrict x, const Real* __restrict g, std::size_t n, const Scalars& c) {
  for (std::size_t i = 0; i < n; ++i) x[i] -= c.lr * (g[i] + c.l2 * x[i]);
}

void with_momentum(Real* __restrict x, Real* __restrict b, const Real* __restrict g, std::size_t n,
                   const Scalars& c) {
  for (std::size_t i = 0; i < n; ++i) {
    b[i] = c.momentum * b[i] + c.share * (g[i] + c.l2 * x[i]);
    x[i] -= c.lr * b[i];
  }
}

void with_nesterov(Real* __restrict x, Real* __restrict b, const Real* __restrict g, std::size_t n,
                   const Scalars& c) {
  for (std::size_t i = 0; i < n; ++i) {
    const Real gi = g[i] + c.l2 * x[i];
    b[i] = c.momentum * b[i] + gi;
    x[i] -= c.lr * (gi + c.momentum * b[i]);
  }
}

std::vector<std::string> state_names_for(const SGDOptions& options) {
  if (options.momentum == 0) return {};
  return {"momentum_buffer"};
}

}  // namespace

SGD::SGD(std::vector<NamedParameter> parameters, const SGDOptions& options)
    : Optimizer("SGD", std::move(parameters), options.lr, state_names_for(options)),
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
  if (rows::touches_nothing(gradient, options_.row_policy)) return;
  const double share = state.steps == 1 ? 1.0 : 1.0 - options_.dampening;
  const Scalars c{.lr = static_cast<Real>(lr()),
                  .l2 = static_cast<Real>(options_.weight_decay),
                  .momentum = static_cast<Real>(options_.momentum),
                  .share = static_cast<Real>(share)};
  Real* x = p.mutate().data();
  if (state.arrays.empty()) {
    for_each_span(
        p, gradient, options_.row_policy, std::array{x},
        [c](const std::array<Real*, 1>& a, const Real* g, std::size_t n) { plain(a[0], g, n, c); });
    return;
  }
  for_each_span(p, gradient, options_.row_policy, std::array{x, state.arrays[0].data()},
                [c, step = options_.nesterov ? with_nesterov : with_momentum](
                    const std::array<Real*, 2>& a, const Real* g, std::size_t n) {
                  step(a[0], a[1], g, n, c);
                });
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
