#include <tapegrad/optim/drift.hpp>

#include <cmath>
#include <limits>

namespace tapegrad::inline TAPEGRAD_PRECISION {

std::size_t reach(double factor) {
  if (factor <= 0) return 0;
  if (factor >= 1) return std::numeric_limits<std::size_t>::max();
  constexpr double unseen = std::numeric_limits<Real>::epsilon() / 4;
  return static_cast<std::size_t>(std::ceil(std::log(unseen) / std::log(factor)));
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
