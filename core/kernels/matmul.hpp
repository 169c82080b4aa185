// Matrix products: blocks of the result, each one call of a single-threaded BLAS, in parallel.
#pragma once

#include <cstddef>
#include <tapegrad/core/array.hpp>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// A row-major matrix in memory that somebody else owns, read as its transpose if `transposed`.
struct MatrixView {
  const Real* data;
  std::size_t stride;  // elements from one stored row to the next
  bool transposed = false;
};

/// c = a b, or c += a b: a is [M, K], b is [K, N], c is [M, N] with rows `c_stride` apart. The same
/// bits on any number of threads.
void matmul(std::size_t m, std::size_t n, std::size_t k, MatrixView a, MatrixView b, Real* c,
            std::size_t c_stride, bool accumulate = false);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
