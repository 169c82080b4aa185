// Layer normalization, line by line. See vectors.hpp for the rules of this folder.
#pragma once

#include <tapegrad/core/kernels/simd.hpp>
#include <tapegrad/core/kernels/simd/blocks.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

inline Real mean_of(const Real* x, std::size_t n) {
  Block totals{};
  for_each_block(n, [&](std::size_t start, std::size_t size) {
    const Block from = load_block(x + start, size, 0);
    totals = make_block([&](std::size_t p) { return totals.part[p] + from.part[p]; });
  });
  return sum_of(totals) / static_cast<Real>(n);
}

// The mean of the squares of the distances from the mean: exact where the mean of the squares less
// the square of the mean cancels.
inline Real variance_of(const Real* x, Real mean, std::size_t n) {
  Block totals{};
  for_each_block(n, [&](std::size_t start, std::size_t size) {
    const Block from = load_block(x + start, size, mean);
    totals = make_block([&](std::size_t p) {
      const Wide distance = from.part[p] - mean;
      return totals.part[p] + distance * distance;
    });
  });
  return sum_of(totals) / static_cast<Real>(n);
}

inline void layer_norm_lines(const NormalizedLines& lines, std::size_t begin, std::size_t end) {
  const NormalizedLines l = lines;
  const std::size_t n = l.width;
  for (std::size_t line = begin; line < end; ++line) {
    const Real* __restrict x = l.x + line * n;
    const Real* __restrict weight = l.weight;
    const Real* __restrict bias = l.bias;
    Real* __restrict y = l.y + line * n;
    const Real mean = mean_of(x, n);
    const Real scale = 1 / root_of(variance_of(x, mean, n) + l.eps);
    for (std::size_t i = 0; i < n; ++i) y[i] = (x[i] - mean) * scale * weight[i] + bias[i];
    l.means[line] = mean;
    l.scales[line] = scale;
  }
}

// With z = (x - mean) scale and g = dy weight: dx = scale (g - mean of g - z (mean of g z)).
inline void layer_norm_gradient_lines(const NormalizedGradient& lines, std::size_t begin,
                                      std::size_t end) {
  const NormalizedGradient l = lines;
  const std::size_t n = l.width;
  for (std::size_t line = begin; line < end; ++line) {
    const Real* __restrict x = l.x + line * n;
    const Real* __restrict dy = l.dy + line * n;
    const Real* __restrict weight = l.weight;
    const Real mean = l.means[line];
    const Real scale = l.scales[line];
    Block sums{};
    Block products{};
    for_each_block(n, [&](std::size_t start, std::size_t size) {
      const Block from = load_block(x + start, size, mean);
      const Block above = load_block(dy + start, size, 0);
      const Block factor = load_block(weight + start, size, 0);
      const Block g = make_block([&](std::size_t p) { return above.part[p] * factor.part[p]; });
      sums = make_block([&](std::size_t p) { return sums.part[p] + g.part[p]; });
      products = make_block([&](std::size_t p) {
        return products.part[p] + g.part[p] * ((from.part[p] - mean) * scale);
      });
    });
    const Real mean_g = sum_of(sums) / static_cast<Real>(n);
    const Real mean_gz = sum_of(products) / static_cast<Real>(n);
    Real* __restrict dx = l.dx + line * n;
    Real* __restrict dweight = l.dweight;
    Real* __restrict dbias = l.dbias;
    for (std::size_t i = 0; i < n; ++i) {
      const Real z = (x[i] - mean) * scale;
      dx[i] = scale * (dy[i] * weight[i] - mean_g - z * mean_gz);
      dweight[i] += dy[i] * z;
      dbias[i] += dy[i];
    }
  }
}

}  // namespace
}  // namespace tapegrad::inline TAPEGRAD_PRECISION
