// Dropout with masks that are drawn as they are needed. See vectors.hpp for the rules of this
// folder.
#pragma once

#include <tapegrad/core/kernels/simd.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// What Rng::at(n) gives, once more here: that one is compiled without this source's flags.
inline std::uint64_t random_bits(std::uint64_t key, std::uint64_t n) {
  std::uint64_t z = key + (n + 1) * 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

inline void dropout_elements(const Dropped& dropped, std::size_t begin, std::size_t end) {
  constexpr std::size_t draws = 128;
  const Dropped d = dropped;
  const Real* __restrict x = d.x;
  Real* __restrict y = d.y;
  for (std::size_t first = begin / 2; 2 * first < end; first += draws) {
    std::uint64_t bits[draws];
    for (std::size_t j = 0; j < draws; ++j) bits[j] = random_bits(d.key, first + j);
    std::uint32_t halves[2 * draws];  // the low one first, on the processors there are
    __builtin_memcpy(halves, bits, sizeof bits);
    const std::size_t from = 2 * first < begin ? begin : 2 * first;
    const std::size_t to = 2 * (first + draws) < end ? 2 * (first + draws) : end;
    const std::uint32_t* half = halves + (from - 2 * first);
    for (std::size_t i = 0; i < to - from; ++i) {
      y[from + i] = x[from + i] * (half[i] < d.threshold ? Real(0) : d.scale);
    }
  }
}

}  // namespace
}  // namespace tapegrad::inline TAPEGRAD_PRECISION
