// Softmax along an axis, from differences to the largest element of each line, so that no
// exponential overflows. A line of -inf only, or with a NaN or +inf, becomes NaN.
#pragma once

#include <tapegrad/core/array.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

Array softmax(const Array& x, const AxisView& view);
/// The logarithm of softmax(x), exact where the softmax itself rounds to 0.
Array log_softmax(const Array& x, const AxisView& view);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
