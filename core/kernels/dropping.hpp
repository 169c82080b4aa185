// How a probability becomes the numbers of the dropout loop.
#pragma once

#include <algorithm>
#include <cstdint>
#include <tapegrad/core/kernels/simd.hpp>
#include <tapegrad/core/rng.hpp>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// Dropout with probability p of x into y. The mask is a function of the generator and the
/// position, so that backward can draw it again.
inline Dropped dropping(double p, const Rng& rng, const Real* x, Real* y) {
  return {.x = x,
          .y = y,
          .key = rng.key(),
          .threshold = static_cast<std::uint32_t>(std::min(p * 0x1p32, 0x1p32 - 1)),
          .scale = p < 1 ? static_cast<Real>(1 / (1 - p)) : Real(0)};
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
