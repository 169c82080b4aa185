// Copies and sums of rows that do not lie next to each other.
#pragma once

#include <algorithm>
#include <cstddef>
#include <tapegrad/core/array.hpp>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// Copies `rows` rows of `width` elements; the strides are the elements from one row to the next.
inline void copy_rows(std::size_t rows, std::size_t width, const Real* from,
                      std::size_t from_stride, Real* to, std::size_t to_stride) {
  for (std::size_t i = 0; i < rows; ++i) {
    std::copy_n(from + i * from_stride, width, to + i * to_stride);
  }
}

/// The same, adding to what is there.
inline void add_rows(std::size_t rows, std::size_t width, const Real* from, std::size_t from_stride,
                     Real* to, std::size_t to_stride) {
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < width; ++j) to[i * to_stride + j] += from[i * from_stride + j];
  }
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
