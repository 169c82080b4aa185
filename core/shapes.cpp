#include <tapegrad/core/shapes.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <tapegrad/core/errors.hpp>
#include <xtensor/xmath.hpp>

namespace tapegrad {

std::size_t axis_of(const char* operation, int axis, std::size_t dimensions) {
  const int count = static_cast<int>(dimensions);
  if (axis < -count || axis >= count) {
    throw IndexError(fmt::format("{}: axis {} is out of range [{}, {}) for {} dimensions",
                                 operation, axis, -count, count, count));
  }
  return static_cast<std::size_t>(axis < 0 ? axis + count : axis);
}

Shape broadcast_shape(const char* operation, const Shape& a, const Shape& b) {
  const Shape& longer = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  Shape result = longer;
  const std::size_t extra = longer.size() - shorter.size();
  for (std::size_t i = 0; i < shorter.size(); ++i) {
    const std::size_t x = longer[extra + i];
    const std::size_t y = shorter[i];
    if (x != y && x != 1 && y != 1) {
      throw ShapeError(fmt::format("{}: shapes {} and {} do not broadcast", operation, to_string(a),
                                   to_string(b)));
    }
    result[extra + i] = x == 1 ? y : x;
  }
  return result;
}

void check_shape(bool ok, const char* operation, const char* argument, const Shape& shape,
                 const std::string& wanted) {
  if (ok) return;
  throw ShapeError(fmt::format("{}: {} has shape {}, {} is wanted", operation, argument,
                               to_string(shape), wanted));
}

AxisView around(const Shape& shape, std::size_t axis) {
  AxisView view{1, shape[axis], 1};
  for (std::size_t i = 0; i < axis; ++i) view.outer *= shape[i];
  for (std::size_t i = axis + 1; i < shape.size(); ++i) view.inner *= shape[i];
  return view;
}

inline namespace TAPEGRAD_PRECISION {

Array sum_to(const Array& gradient, const Shape& shape) {
  if (gradient.shape() == shape) return gradient;
  std::vector<std::size_t> axes;
  const std::size_t extra = gradient.dimension() - shape.size();
  for (std::size_t i = 0; i < gradient.dimension(); ++i) {
    if (i < extra || (shape[i - extra] == 1 && gradient.shape()[i] != 1)) axes.push_back(i);
  }
  Array reduced = xt::sum(gradient, axes);
  return reduced.reshape(shape);
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
