// Functions of one element at a time, over whole arrays and in parallel.
#pragma once

#include <cstddef>
#include <tapegrad/core/array.hpp>
#include <tapegrad/core/parallel.hpp>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// y[i] = f(i) for each flat position i of an array of this shape.
template <class F>
Array generate(const Shape& shape, F f) {
  Array y(shape);
  Real* to = y.data();
  parallel_ranges(y.size(), 2, [to, &f](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) to[i] = f(i);
  });
  return y;
}

/// y = f(x), element by element.
template <class F>
Array map(const Array& x, F f) {
  return generate(x.shape(), [from = x.data(), f](std::size_t i) { return f(from[i]); });
}

/// y = f(a, b), element by element, for two arrays of one shape.
template <class F>
Array map(const Array& a, const Array& b, F f) {
  return generate(a.shape(), [from_a = a.data(), from_b = b.data(), f](std::size_t i) {
    return f(from_a[i], from_b[i]);
  });
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
