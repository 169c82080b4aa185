// The innermost loops, compiled once for each instruction set; the program takes the best that its
// processor has. All of them give the same bits.
#pragma once

#include <cstddef>
#include <tapegrad/core/real.hpp>

namespace tapegrad {

inline namespace TAPEGRAD_PRECISION {

/// Sums of rows. Sum k is the row to + k * width; it adds the rows that are named at places
/// starts[k] .. starts[k + 1] - 1, in this order.
struct RowSums {
  const Real* from = nullptr;           ///< the row r begins at from + r * width
  std::size_t width = 0;                ///< numbers in a row
  const Index* rows = nullptr;          ///< which row each place names
  const std::size_t* starts = nullptr;  ///< one more than there are sums
  const Real* factors = nullptr;        ///< by which the row of each place is multiplied, if given
  Index skip = -1;                      ///< places that name this row are left out
  bool mean = false;  ///< divide each sum by the number of its rows, if it has some
  Real* to = nullptr;
};

/// The loops for one instruction set. They run on the calling thread.
struct Simd {
  /// Sums begin .. end-1.
  void (*sum_rows)(const RowSums& sums, std::size_t begin, std::size_t end);
};

/// The loops in use: those of the best instruction set of this processor, unless changed.
const Simd& simd();

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
