// The search behind NeighbourSearch: blocks of rows times panels of queries, on all threads.
#pragma once

#include <cstddef>
#include <tapegrad/text/neighbours.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {
namespace detail {

/// Some queries [Q, D] of length 1, with what is left out of the neighbours of each.
struct Queries {
  const Real* rows;
  std::size_t size;
  const std::vector<Index>* excluded;  ///< [Q], nullptr: nothing
};

/// The sum of a[i] b[i] in double, in an order of its own.
double exact_dot(const Real* a, const Real* b, std::size_t n);

/// The cosine of two rows of length 1, up to rounding, or of zeros.
double cosine_of(const Real* a, const Real* b, std::size_t n);

/// Appends to `result` the k >= 1 nearest of the rows of `unit` [N, D], of length 1 or zeros, for
/// each query.
void nearest_rows(const Array& unit, const Queries& queries, std::size_t k, NeighbourLists& result);

}  // namespace detail
}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
