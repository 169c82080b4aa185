#include <tapegrad/core/shapes.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/kernels/sums.hpp>

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

std::vector<BroadcastRun> broadcast_runs(const Shape& a, const Shape& b) {
  std::vector<BroadcastRun> runs;  // innermost first, until the end
  std::size_t a_stride = 1;
  std::size_t b_stride = 1;
  for (std::size_t back = 1; back <= std::max(a.size(), b.size()); ++back) {
    const std::size_t x = back <= a.size() ? a[a.size() - back] : 1;
    const std::size_t y = back <= b.size() ? b[b.size() - back] : 1;
    if (x == 1 && y == 1) continue;
    const bool a_moves = x != 1;
    const bool b_moves = y != 1;
    if (!runs.empty() && (runs.back().a_step != 0) == a_moves &&
        (runs.back().b_step != 0) == b_moves) {
      runs.back().size *= std::max(x, y);
    } else {
      runs.push_back({std::max(x, y), a_moves ? a_stride : 0, b_moves ? b_stride : 0});
    }
    a_stride *= x;
    b_stride *= y;
  }
  if (runs.empty()) runs.push_back({1, 1, 1});
  std::reverse(runs.begin(), runs.end());
  return runs;
}

void check_shape(bool ok, const char* operation, const char* argument, const Shape& shape,
                 const std::string& wanted) {
  if (ok) return;
  throw ShapeError(fmt::format("{}: {} has shape {}, {} is wanted", operation, argument,
                               to_string(shape), wanted));
}

std::string multi_index(std::size_t position, const Shape& shape) {
  Shape index(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0; position /= shape[axis]) {
    index[axis] = position % shape[axis];
  }
  return to_string(index);
}

AxisView around(const Shape& shape, std::size_t axis) {
  AxisView view{1, shape[axis], 1};
  for (std::size_t i = 0; i < axis; ++i) view.outer *= shape[i];
  for (std::size_t i = axis + 1; i < shape.size(); ++i) view.inner *= shape[i];
  return view;
}

inline namespace TAPEGRAD_PRECISION {

Array sum_to(Array gradient, const Shape& shape) {
  if (gradient.shape() == shape) return gradient;
  if (gradient.size() == 0) return zeros(shape);
  std::size_t inner = 1;
  std::vector<BroadcastRun> runs = broadcast_runs(gradient.shape(), shape);
  for (; !runs.empty(); runs.pop_back()) {
    const BroadcastRun& run = runs.back();
    if (run.b_step != 0) {
      inner *= run.size;
      continue;
    }
    const AxisView view{gradient.size() / (run.size * inner), run.size, inner};
    Array sums(Shape{view.outer * inner});
    sum_axis(gradient.data(), view, sums.data());
    gradient = std::move(sums);
  }
  gradient.reshape(shape);
  return gradient;
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
