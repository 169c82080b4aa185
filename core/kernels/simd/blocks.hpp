// Lines of numbers in blocks of 64 bytes. Sums are kept in 64 bytes of partial sums, whatever the
// size of a register, so that every instruction set adds in the same order. See vectors.hpp for the
// rules of this folder.
#pragma once

#include <tapegrad/core/kernels/simd/vectors.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

constexpr std::size_t parts = 64 / sizeof(Wide);
constexpr std::size_t block = 64 / sizeof(Real);

// One number for each place in a block.
struct Block {
  Wide part[parts];
};

template <class Value>
[[gnu::always_inline]] inline Block make_block(const Value& value) {
  Block result;
#pragma GCC unroll 4
  for (std::size_t p = 0; p < parts; ++p) result.part[p] = value(p);
  return result;
}

// Loaded and stored a register at a time: copies of all 64 bytes may be made in smaller pieces, and
// a load has to wait for the stores of its pieces.
[[gnu::always_inline]] inline Block load_whole(const Real* from) {
  return make_block([from](std::size_t p) { return load<Wide>(from + p * lanes<Wide>); });
}

[[gnu::always_inline]] inline void store_whole(Real* to, const Block& values) {
#pragma GCC unroll 4
  for (std::size_t p = 0; p < parts; ++p) store(to + p * lanes<Wide>, values.part[p]);
}

// The n <= block numbers at `from`, and `rest` in the other places.
[[gnu::always_inline]] inline Block load_block(const Real* from, std::size_t n, Real rest) {
  if (n == block) return load_whole(from);
  Real numbers[block];
  // All places, so that it becomes masked vectors where there are such, and not a call of memcpy.
  for (std::size_t i = 0; i < block; ++i) numbers[i] = i < n ? from[i] : rest;
  return load_whole(numbers);
}

[[gnu::always_inline]] inline void store_block(Real* to, std::size_t n, const Block& values) {
  if (n == block) return store_whole(to, values);
  Real numbers[block];
  store_whole(numbers, values);
  for (std::size_t i = 0; i < block; ++i) {
    if (i < n) to[i] = numbers[i];
  }
}

// Calls body(start, size) for the blocks of a line; the last one may be smaller.
template <class Body>
[[gnu::always_inline]] inline void for_each_block(std::size_t n, const Body& body) {
  std::size_t start = 0;
  for (; start + block <= n; start += block) body(start, block);
  if (start < n) body(start, n - start);
}

inline Real sum_of(const Block& totals) {
  Real numbers[block];
  store_whole(numbers, totals);
  for (std::size_t half = block / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) numbers[i] += numbers[half + i];
  }
  return numbers[0];
}

}  // namespace
}  // namespace tapegrad::inline TAPEGRAD_PRECISION
