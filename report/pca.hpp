// Principal components: the directions in which rows of numbers spread most.
#pragma once

#include <tapegrad/core/array.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

struct PrincipalAxes {
  Array mean;                     // [D] of all rows
  Array axes;                     // [k, D] of length 1, by falling variance along them
  std::vector<double> explained;  // [k] share of the variance along each of them
};

/// The first k principal axes of all rows of these arrays [N, D] together: eigenvectors of their
/// covariance matrix. The sign of an axis, which nothing tells, is such that its largest element
/// (the first of equals) is positive. Without rows, or with rows that are all equal, nothing is
/// explained; with numbers that are not finite all axes are zero too. ShapeError for arrays of
/// different widths; std::invalid_argument for k above D.
PrincipalAxes principal_axes(const std::vector<const Array*>& arrays, std::size_t k);

/// The coordinates [N, k] of rows `x` [N, D] along the axes, from the mean.
Array coordinates(const PrincipalAxes& axes, const Array& x);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
