// Products of many rows with a few vectors, which stand side by side and are read 64 bytes at a
// time: nothing of the rows has to be copied. See vectors.hpp for the rules of this folder.
#pragma once

#include <cstdint>
#include <tapegrad/core/kernels/simd.hpp>
#include <tapegrad/core/kernels/simd/blocks.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

static_assert(block == RowProducts::vectors);

// All bits are set where a product was large enough.
using Reached = decltype(Wide{} >= Wide{});

inline bool any_of(const Reached& reached) {
  std::uint64_t bits[sizeof(Reached) / sizeof(std::uint64_t)];
  __builtin_memcpy(bits, &reached, sizeof bits);
  std::uint64_t any = 0;
  for (const std::uint64_t each : bits) any |= each;
  return any != 0;
}

// Of `rows` rows from number `first` on: as many as keep the processor's adders busy.
template <std::size_t rows>
[[gnu::always_inline]] inline void multiply_tile(const RowProducts& p, std::size_t first,
                                                 Reached& reached) {
  const std::size_t width = p.width;
  const Real* const from = p.rows + first * width;
  Block totals[rows] = {};
  for (std::size_t i = 0; i < width; ++i) {
    const Block numbers = load_whole(p.transposed + i * block);
#pragma GCC unroll 8
    for (std::size_t r = 0; r < rows; ++r) {
#pragma GCC unroll 4
      for (std::size_t part = 0; part < parts; ++part) {
        totals[r].part[part] += from[r * width + i] * numbers.part[part];
      }
    }
  }
  const Block least = load_whole(p.least);
#pragma GCC unroll 8
  for (std::size_t r = 0; r < rows; ++r) {
    store_whole(p.products + (first + r) * block, totals[r]);
#pragma GCC unroll 4
    for (std::size_t part = 0; part < parts; ++part) {
      reached |= totals[r].part[part] >= least.part[part];
    }
  }
}

[[gnu::always_inline]] inline void multiply_group(const RowProducts& p, std::size_t begin,
                                                  std::size_t end) {
  constexpr std::size_t rows = RowProducts::group / parts;
  Reached reached{};
  std::size_t row = begin;
  for (; row + rows <= end; row += rows) multiply_tile<rows>(p, row, reached);
  for (; row < end; ++row) multiply_tile<1>(p, row, reached);
  p.reached[begin / RowProducts::group] = any_of(reached);
}

inline void multiply_rows(const RowProducts& all, std::size_t n) {
  const RowProducts p = all;  // a copy: known not to change while products are stored
  for (std::size_t begin = 0; begin < n; begin += RowProducts::group) {
    for (std::size_t i = 0; i < p.ahead_step; i += block) {
      __builtin_prefetch(p.ahead + begin / RowProducts::group * p.ahead_step + i);
    }
    const std::size_t end = begin + RowProducts::group;
    if (end <= n) {
      multiply_group(p, begin, end);
    } else {
      multiply_group(p, begin, n);
    }
  }
}

}  // namespace
}  // namespace tapegrad::inline TAPEGRAD_PRECISION
