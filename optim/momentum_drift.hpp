// How a row moves under momentum while it gets no gradient.
#pragma once

#include <tapegrad/optim/drift.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// Without gradient every state array shrinks by a factor of its own a step, and momentum, if there
/// is one, runs out: with b the momentum at step t0, k steps later b is momentum^k b, and x has
/// moved by -b times the sum over j = 1..k of lr_{t0+j} momentum^j. So move SGD and RMSprop.
class MomentumDrift final : public Drift {
 public:
  /// Arrays without influence on x shrink by `factors`; behind them stands the momentum's array, if
  /// `momentum` is above 0. With nesterov each step moves x by one power more of the momentum.
  MomentumDrift(double momentum, bool nesterov, std::vector<double> factors = {});

  void restart(std::uint64_t now) override;
  void step(double lr) override;
  void move(std::size_t from, Real* x, const StateRow& state, std::size_t n) const override;

 private:
  double momentum_;
  double first_;  // of the powers: the momentum with nesterov, 1 without
  std::vector<double> factors_;
  std::size_t reach_;
  std::vector<double> sums_;  // for rows settled by each step since the restart
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
