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

// A block of what a line is made of: z = (x - mean) scale, g = dy weight, and dy itself.
struct GradientBlock {
  Block z, g, dy;
};

[[gnu::always_inline]] inline GradientBlock load_gradient(const NormalizedGradient& l,
                                                          std::size_t line, std::size_t start,
                                                          std::size_t size) {
  const Real mean = l.means[line];
  const Real scale = l.scales[line];
  const Block x = load_block(l.x + line * l.width + start, size, mean);
  const Block dy = load_block(l.dy + line * l.width + start, size, 0);
  const Block weight = load_block(l.weight + start, size, 0);
  return {make_block([&](std::size_t p) { return (x.part[p] - mean) * scale; }),
          make_block([&](std::size_t p) { return dy.part[p] * weight.part[p]; }), dy};
}

// dx = scale (g - mean of g - z (mean of g z)); dy z and dy are added to the gradients of weight
// and bias.
inline void layer_norm_gradient_lines(const NormalizedGradient& lines, std::size_t begin,
                                      std::size_t end) {
  const NormalizedGradient l = lines;
  for (std::size_t line = begin; line < end; ++line) {
    Block sums{};
    Block products{};
    for_each_block(l.width, [&](std::size_t start, std::size_t size) {
      const GradientBlock b = load_gradient(l, line, start, size);
      sums = make_block([&](std::size_t p) { return sums.part[p] + b.g.part[p]; });
      products =
          make_block([&](std::size_t p) { return products.part[p] + b.g.part[p] * b.z.part[p]; });
    });
    const Real mean_g = sum_of(sums) / static_cast<Real>(l.width);
    const Real mean_gz = sum_of(products) / static_cast<Real>(l.width);
    const Real scale = l.scales[line];
    for_each_block(l.width, [&](std::size_t start, std::size_t size) {
      const GradientBlock b = load_gradient(l, line, start, size);
      store_block(l.dx + line * l.width + start, size, make_block([&](std::size_t p) {
                    return scale * (b.g.part[p] - mean_g - b.z.part[p] * mean_gz);
                  }));
      const Block dweight = load_block(l.dweight + start, size, 0);
      store_block(l.dweight + start, size, make_block([&](std::size_t p) {
                    return dweight.part[p] + b.dy.part[p] * b.z.part[p];
                  }));
      const Block dbias = load_block(l.dbias + start, size, 0);
      store_block(l.dbias + start, size,
                  make_block([&](std::size_t p) { return dbias.part[p] + b.dy.part[p]; }));
    });
  }
}

}  // namespace
}  // namespace tapegrad::inline TAPEGRAD_PRECISION
