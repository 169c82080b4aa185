// Sums, in an order that depends on the shape alone.
#pragma once

#include <cstddef>
#include <tapegrad/core/array.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// The sum of n numbers, computed in double: 1e5 floats of one size come out right.
double sum_all(const Real* x, std::size_t n);

/// y[o, i] = the sum of x[o, j, i] over j: x is [outer, size, inner], y [outer, inner].
void sum_axis(const Real* x, const AxisView& view, Real* y);

/// The sum of each column: x is [rows, columns], y [columns].
inline void sum_columns(const Real* x, std::size_t rows, std::size_t columns, Real* y) {
  sum_axis(x, {1, rows, columns}, y);
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
