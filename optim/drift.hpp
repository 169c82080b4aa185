// How rows move in steps that give them no gradient.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <tapegrad/core/array.hpp>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// The arrays of an OptimizerState, from some element on; nullptr where there are fewer.
using StateRow = std::array<Real*, 3>;

/// What an optimizer's steps do to a row that gets no gradient: its momentum runs out and it
/// decays. It knows the steps taken since the last `restart` and moves a row over any number of
/// them at once, at a cost that does not grow with their number.
class Drift {
 public:
  virtual ~Drift() = default;
  /// Forgets its steps; the next one is number now + 1 of the optimizer.
  virtual void restart(std::uint64_t now) = 0;
  /// One more step is taken, at this learning rate.
  virtual void step(double lr) = 0;
  /// Moves n elements from behind step `from` since the restart (0: from the restart) to behind the
  /// last step.
  virtual void move(std::size_t from, Real* x, const StateRow& state, std::size_t n) const = 0;
  /// Whether rows move whose state is zero because they never got a gradient.
  virtual bool moves_untouched() const { return false; }
};

/// For how many steps a momentum that shrinks by `factor` a step still shows in a Real.
std::size_t reach(double factor);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
