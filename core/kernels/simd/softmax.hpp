// Softmax of one line. See vectors.hpp for the rules of this folder.
#pragma once

#include <tapegrad/core/kernels/simd.hpp>
#include <tapegrad/core/kernels/simd/blocks.hpp>
#include <tapegrad/core/kernels/simd/exp.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

constexpr Real infinity = static_cast<Real>(__builtin_inf());

// The largest number; NaN is none.
inline Real largest(const Real* x, std::size_t n) {
  Block best = make_block([](std::size_t) { return Wide{} - infinity; });
  for_each_block(n, [&](std::size_t start, std::size_t size) {
    const Block from = load_block(x + start, size, -infinity);
    best = make_block(
        [&](std::size_t p) { return from.part[p] > best.part[p] ? from.part[p] : best.part[p]; });
  });
  Real numbers[block];
  store_whole(numbers, best);
  for (std::size_t i = 1; i < block; ++i) {
    numbers[0] = numbers[i] > numbers[0] ? numbers[i] : numbers[0];
  }
  return numbers[0];
}

// y may be x.
inline void softmax_line(const Real* x, Real* y, std::size_t n) {
  const Real shift = largest(x, n);
  Block totals{};
  for_each_block(n, [&](std::size_t start, std::size_t size) {
    const Block from = load_block(x + start, size, -infinity);
    const Block e = make_block([&](std::size_t p) { return exp_of(from.part[p] - shift); });
    totals = make_block([&](std::size_t p) { return totals.part[p] + e.part[p]; });
    store_block(y + start, size, e);
  });
  const Real total = sum_of(totals);
  for (std::size_t i = 0; i < n; ++i) y[i] /= total;
}

inline void masked_softmax_line(const Real* __restrict x, const bool* __restrict masked, Real scale,
                                Real* __restrict y, std::size_t n) {
  std::size_t left_out = 0;
  if (masked == nullptr) {
    for (std::size_t i = 0; i < n; ++i) y[i] = scale * x[i];
  } else {
    for (std::size_t i = 0; i < n; ++i) left_out += masked[i] ? 1 : 0;
    for (std::size_t i = 0; i < n; ++i) y[i] = masked[i] ? -infinity : scale * x[i];
  }
  if (left_out < n) return softmax_line(y, y, n);
  for (std::size_t i = 0; i < n; ++i) y[i] = 0;
}

inline void log_softmax_line(const Real* __restrict x, Real* __restrict y, std::size_t n) {
  const Real shift = largest(x, n);
  Block totals{};
  for_each_block(n, [&](std::size_t start, std::size_t size) {
    const Block from = load_block(x + start, size, -infinity);
    totals =
        make_block([&](std::size_t p) { return totals.part[p] + exp_of(from.part[p] - shift); });
  });
  const Real log_total = log_of(sum_of(totals));
  for (std::size_t i = 0; i < n; ++i) y[i] = x[i] - shift - log_total;
}

inline Real dot(const Real* a, const Real* b, std::size_t n) {
  Block totals{};
  for_each_block(n, [&](std::size_t start, std::size_t size) {
    const Block from_a = load_block(a + start, size, 0);
    const Block from_b = load_block(b + start, size, 0);
    totals =
        make_block([&](std::size_t p) { return totals.part[p] + from_a.part[p] * from_b.part[p]; });
  });
  return sum_of(totals);
}

inline void softmax_gradient_line(const Real* __restrict y, const Real* __restrict dy,
                                  Real* __restrict dx, std::size_t n) {
  const Real total = dot(y, dy, n);
  for (std::size_t i = 0; i < n; ++i) dx[i] = y[i] * (dy[i] - total);
}

inline void log_softmax_gradient_line(const Real* __restrict y, const Real* __restrict dy,
                                      Real* __restrict dx, std::size_t n) {
  Block totals{};
  for_each_block(n, [&](std::size_t start, std::size_t size) {
    const Block g = load_block(dy + start, size, 0);
    totals = make_block([&](std::size_t p) { return totals.part[p] + g.part[p]; });
  });
  const Real total = sum_of(totals);
  for_each_block(n, [&](std::size_t start, std::size_t size) {
    const Block a = load_block(y + start, size, 0);
    const Block g = load_block(dy + start, size, 0);
    store_block(dx + start, size,
                make_block([&](std::size_t p) { return g.part[p] - exp_of(a.part[p]) * total; }));
  });
}

}  // namespace
}  // namespace tapegrad::inline TAPEGRAD_PRECISION
