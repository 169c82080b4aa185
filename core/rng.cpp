#include <tapegrad/core/rng.hpp>

#include <cmath>

namespace tapegrad {

double Rng::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  const double angle = 6.283185307179586 * uniform();
  return radius * std::cos(angle);
}

std::uint64_t Rng::below(std::uint64_t n) {
  // The high half of a 128-bit product (Lemire, 2019), without the 128-bit type.
  const std::uint64_t bits = next();
  const std::uint64_t low = (bits & 0xFFFFFFFFU) * n;
  const std::uint64_t high = (bits >> 32U) * n;
  return n <= 0xFFFFFFFFU ? (high + (low >> 32U)) >> 32U : bits % n;
}

}  // namespace tapegrad
