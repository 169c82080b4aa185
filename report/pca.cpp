#include <tapegrad/report/pca.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/kernels/blas.hpp>
#include <tapegrad/core/kernels/matmul.hpp>

// Beside core/kernels/matmul.cpp the only file that includes xtensor-blas.
#include <xtensor-blas/xlinalg.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

Array mean_of(const std::vector<const Array*>& arrays, std::size_t width) {
  std::vector<double> sums(width, 0.0);
  std::size_t rows = 0;
  for (const Array* x : arrays) {
    rows += x->shape()[0];
    for (std::size_t i = 0; i < x->size(); ++i) {
      sums[i % width] += static_cast<double>(x->data()[i]);
    }
  }
  Array mean = zeros({width});
  for (std::size_t d = 0; d < width && rows > 0; ++d) {
    mean.data()[d] = static_cast<Real>(sums[d] / static_cast<double>(rows));
  }
  return mean;
}

// The power of two that brings the largest of these numbers near 1, so that no square over- or
// underflows; 0 if one is not finite. A power of two changes no digit.
Real scale_of(const std::vector<const Array*>& arrays) {
  Real largest = 0;
  for (const Array* x : arrays) {
    for (const Real value : *x) {
      if (!std::isfinite(value)) return 0;
      largest = std::max(largest, std::abs(value));
    }
  }
  constexpr int most = std::numeric_limits<Real>::max_exponent - 1;
  return largest > 0 ? std::ldexp(Real(1), std::min(most, -std::ilogb(largest))) : Real(1);
}

// The sum of the outer products of all rows, from their mean and times `scale`, with themselves:
// [D, D].
xt::xtensor<double, 2> scatter_matrix(const std::vector<const Array*>& arrays, const Array& mean,
                                      Real scale) {
  const std::size_t width = mean.size();
  Array sum = zeros({width, width});
  for (const Array* x : arrays) {
    const Array centred = scale * *x - scale * mean;
    matmul(width, width, x->shape()[0], {centred.data(), width, true}, {centred.data(), width},
           sum.data(), width, true);
  }
  return xt::cast<double>(sum);
}

Real sign_of_largest(const Real* axis, std::size_t width) {
  const Real* largest = std::max_element(axis, axis + width,
                                         [](Real a, Real b) { return std::abs(a) < std::abs(b); });
  return *largest < 0 ? Real(-1) : Real(1);
}

}  // namespace

PrincipalAxes principal_axes(const std::vector<const Array*>& arrays, std::size_t k) {
  const std::size_t width = arrays.empty() ? 0 : arrays[0]->shape().at(1);
  for (const Array* x : arrays) {
    if (x->dimension() == 2 && x->shape()[1] == width) continue;
    throw ShapeError(fmt::format("principal_axes: an array has shape {}, expected [N, {}]",
                                 to_string(x->shape()), width));
  }
  if (k > width) {
    throw std::invalid_argument(
        fmt::format("principal_axes: k is {}, above the width {}", k, width));
  }
  PrincipalAxes result{mean_of(arrays, width), zeros({k, width}), std::vector<double>(k, 0.0)};
  const Real scale = scale_of(arrays);
  if (k == 0 || scale == 0) return result;
  prepare_blas();
  check_blas_memory();
  // By rising variance.
  const auto [variances, vectors] = xt::linalg::eigh(scatter_matrix(arrays, result.mean, scale));
  double total = 0;
  for (const double variance : variances) total += std::max(0.0, variance);
  for (std::size_t i = 0; i < k; ++i) {
    Real* axis = result.axes.data() + i * width;
    const std::size_t column = width - 1 - i;
    for (std::size_t d = 0; d < width; ++d) axis[d] = static_cast<Real>(vectors(d, column));
    const Real sign = sign_of_largest(axis, width);
    std::transform(axis, axis + width, axis, [=](Real x) { return sign * x; });
    if (total > 0) result.explained[i] = std::max(0.0, variances(column)) / total;
  }
  return result;
}

Array coordinates(const PrincipalAxes& axes, const Array& x) {
  const std::size_t rows = x.shape()[0], width = axes.mean.size(), k = axes.explained.size();
  const Array centred = x - axes.mean;
  Array result = zeros({rows, k});
  matmul(rows, k, width, {centred.data(), width}, {axes.axes.data(), width, true}, result.data(),
         k);
  return result;
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
