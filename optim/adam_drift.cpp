#include <tapegrad/optim/adam_drift.hpp>

#include <algorithm>
#include <cmath>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// How far a sum by the series may be off, relative to itself.
constexpr double tolerance = 1e-7;

double seventh_power(double x) {
  const double cube = x * x * x;
  return cube * cube * x;
}

}  // namespace

AdamDrift::AdamDrift(const AdamOptions& options, bool decoupled)
    : beta1_(options.beta1),
      beta2_(options.beta2),
      eps_(options.eps),
      decay_(decoupled ? options.weight_decay : 0),
      amsgrad_(options.amsgrad),
      reach_(reach(options.beta1)) {
  for (std::size_t j = 0; j <= reach_; ++j) {
    beta1_powers_.push_back(std::pow(beta1_, j));
    beta2_roots_.push_back(std::pow(beta2_, 0.5 * static_cast<double>(j)));
  }
  restart(0);
}

void AdamDrift::restart(std::uint64_t now) {
  start_ = now;
  steps_.clear();
  origins_.clear();
  add_origin(0);
}

// a_j of the rows settled by this origin's step.
double AdamDrift::weight(std::size_t origin, std::size_t j) const {
  const double decayed =
      decay_ > 0 ? std::exp(origins_[origin].log_decay - origins_[origin + j].log_decay) : 1.0;
  return steps_[origin + j - 1].size * beta1_powers_[j] * decayed;
}

// What j steps without gradient leave of the root that the steps are divided by.
double AdamDrift::left(std::size_t j) const {
  return amsgrad_ ? 1.0 : beta2_roots_[j];
}

// Chooses the q of the rows settled by the last step, and whether the series will do for them.
void AdamDrift::add_origin(double log_decay) {
  const double power = std::pow(beta2_, static_cast<double>(start_ + steps_.size()));
  const auto q_at = [&](std::size_t j) {
    return left(j) / std::sqrt(1 - power * beta2_roots_[j] * beta2_roots_[j]);
  };
  double weights = 0, sum = 0, rest = 0;
  for (std::size_t j = 1; j <= reach_; ++j) {
    weights += beta1_powers_[j];
    sum += beta1_powers_[j] * q_at(j);
  }
  const double q = weights > 0 ? sum / weights : 1;
  const auto left_out = [&](std::size_t j) { return seventh_power(std::abs(q_at(j) / q - 1)); };
  for (std::size_t j = 1; j <= reach_; ++j) rest += beta1_powers_[j] * left_out(j);
  const bool first_fits = reach_ == 0 || left_out(1) <= tolerance;
  origins_.push_back({log_decay, q, first_fits && rest <= tolerance * weights});
}

void AdamDrift::step(double lr) {
  const auto t = static_cast<double>(start_ + steps_.size() + 1);
  steps_.push_back({lr / (1 - std::pow(beta1_, t)), 1 / std::sqrt(1 - std::pow(beta2_, t))});
  add_origin(origins_.back().log_decay + std::log1p(-lr * decay_));
  const std::size_t now = steps_.size();
  for (std::size_t origin = now - std::min(now, reach_); origin < now; ++origin) {
    Origin& o = origins_[origin];
    if (!o.series) continue;
    const double distance = left(now - origin) * steps_.back().root - o.q;
    double term = weight(origin, now - origin);
    for (double& sum : o.sums) {
      sum += term;
      term *= distance;
    }
  }
}

void AdamDrift::move(std::size_t from, Real* x, const StateRow& state, std::size_t n) const {
  const std::size_t steps = steps_.size() - from;
  if (steps == 0) return;
  const Origin& origin = origins_[from];
  const auto real = [](double value) { return static_cast<Real>(value); };
  AdamDriftScalars c{.q = real(origin.q),
                     .eps = real(eps_),
                     .sums = {},
                     .scale = real(std::exp(origins_.back().log_decay - origin.log_decay)),
                     .beta1 = real(std::pow(beta1_, steps)),
                     .beta2 = real(amsgrad_ ? 1.0 : std::pow(beta2_, steps))};
  Real* root_of = state.at(amsgrad_ ? 2 : 1);
  if (origin.series) {
    std::transform(origin.sums.begin(), origin.sums.end(), c.sums, real);
    simd().adam_drift(x, state[0], root_of, n, c);
  } else {
    move_by_terms(from, c.scale, x, state[0], root_of, n);
    for (std::size_t i = 0; i < n; ++i) {
      state[0][i] *= c.beta1;
      root_of[i] *= c.beta2;
    }
  }
  if (amsgrad_) {
    const Real shrinks = real(std::pow(beta2_, steps));
    for (std::size_t i = 0; i < n; ++i) state[1][i] *= shrinks;
  }
}

void AdamDrift::move_by_terms(std::size_t from, Real scale, Real* x, const Real* m, const Real* v,
                              std::size_t n) const {
  std::vector<Real> roots(n), sums(n);
  for (std::size_t i = 0; i < n; ++i) roots[i] = std::sqrt(v[i]);
  for (std::size_t j = 1; j <= std::min(reach_, steps_.size() - from); ++j) {
    const auto a = static_cast<Real>(weight(from, j));
    const auto q = static_cast<Real>(left(j) * steps_[from + j - 1].root);
    const auto eps = static_cast<Real>(eps_);
    for (std::size_t i = 0; i < n; ++i) sums[i] += a / (roots[i] * q + eps);
  }
  for (std::size_t i = 0; i < n; ++i) x[i] = scale * (x[i] - m[i] * sums[i]);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
