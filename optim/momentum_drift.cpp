#include <tapegrad/optim/momentum_drift.hpp>

#include <algorithm>
#include <cmath>

namespace tapegrad::inline TAPEGRAD_PRECISION {

MomentumDrift::MomentumDrift(double momentum, bool nesterov, std::vector<double> factors)
    : momentum_(momentum),
      first_(nesterov ? momentum : 1),
      factors_(std::move(factors)),
      reach_(reach(momentum)) {
  restart(0);
}

void MomentumDrift::restart(std::uint64_t /*now*/) {
  sums_.assign(1, 0);
}

void MomentumDrift::step(double lr) {
  double power = first_;
  for (std::size_t j = 1; j <= std::min(reach_, sums_.size()); ++j) {
    power *= momentum_;
    sums_[sums_.size() - j] += lr * power;
  }
  sums_.push_back(0);
}

void MomentumDrift::move(std::size_t from, Real* x, const StateRow& state, std::size_t n) const {
  const auto steps = static_cast<double>(sums_.size() - 1 - from);
  for (std::size_t k = 0; k < factors_.size(); ++k) {
    const auto power = static_cast<Real>(std::pow(factors_[k], steps));
    std::for_each_n(state.at(k), n, [power](Real& value) { value *= power; });
  }
  if (momentum_ == 0) return;
  const auto sum = static_cast<Real>(sums_[from]);
  const auto power = static_cast<Real>(std::pow(momentum_, steps));
  Real* __restrict b = state.at(factors_.size());
  for (std::size_t i = 0; i < n; ++i) {
    x[i] -= sum * b[i];
    b[i] *= power;
  }
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
