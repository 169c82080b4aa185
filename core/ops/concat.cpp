#include <fmt/core.h>

#include <stdexcept>
#include <tapegrad/core/kernels/strided.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

Shape joined_shape(const std::vector<Tensor>& tensors, std::size_t axis) {
  Shape shape = tensors[0].shape();
  for (std::size_t i = 1; i < tensors.size(); ++i) {
    Shape expected = tensors[i].shape();
    if (expected.size() == shape.size()) expected[axis] = tensors[0].size(axis);
    check_shape(
        expected == tensors[0].shape(), "concat", fmt::format("tensor {}", i).c_str(),
        tensors[i].shape(),
        fmt::format("that of tensor 0, {}, but for axis {},", to_string(tensors[0].shape()), axis));
    shape[axis] += tensors[i].size(axis);
  }
  return shape;
}

}  // namespace

// [..., N1, ...], [..., N2, ...], ... -> [..., N1 + N2 + ..., ...]
Tensor concat(const std::vector<Tensor>& tensors, int axis) {
  const ProfileSpan span("concat");
  if (tensors.empty()) throw std::invalid_argument("concat: no tensors were given");
  const std::size_t at = axis_of("concat", axis, tensors[0].dim());
  Array y(joined_shape(tensors, at));
  const AxisView view = around(y.shape(), at);
  const std::size_t stride = view.size * view.inner;
  std::vector<Shape> shapes;
  std::size_t start = 0;
  for (const Tensor& x : tensors) {
    const std::size_t width = x.size(at) * view.inner;
    copy_rows(view.outer, width, x.value().data(), width, y.data() + start, stride);
    start += width;
    shapes.push_back(x.shape());
  }
  return record("concat", tensors, Tensor(std::move(y)), {},
                [shapes, at, view, stride](const Array& dy, const Saved&, Sink& sink) {
                  std::size_t from = 0;
                  for (std::size_t i = 0; i < shapes.size(); ++i) {
                    const std::size_t width = shapes[i][at] * view.inner;
                    if (sink.wants(i)) {
                      Array dx(shapes[i]);
                      copy_rows(view.outer, width, dy.data() + from, stride, dx.data(), width);
                      sink.add(i, std::move(dx));
                    }
                    from += width;
                  }
                });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto along = [](int axis) {
  return [axis](const std::vector<Tensor>& x) { return concat(x, axis); };
};
const auto reject = [](const std::vector<Shape>& shapes, int axis = 0) {
  return [=] {
    std::vector<Tensor> tensors;
    for (const Shape& shape : shapes) tensors.emplace_back(zeros(shape));
    concat(tensors, axis);
  };
};
const bool samples = add_samples(
    "concat",
    {{"rows", {distinct({2, 3}), distinct({1, 3}, 1), distinct({3, 3}, 2)}, along(0)},
     {"columns", {distinct({2, 3}), distinct({2, 1}, 1)}, along(-1)},
     {"a middle axis", {distinct({2, 3, 2}), distinct({2, 1, 2}, 1)}, along(1)},
     {"one", {distinct({2, 3})}, along(1)},
     {"one of them empty", {distinct({2, 3}), distinct({0, 3}), distinct({1, 3}, 1)}, along(0)},
     {"an input used twice",
      {distinct({2, 3})},
      [](const auto& x) {
        return mul(concat({x[0], x[0]}, 1), concat({x[0], x[0] + x[0]}, 1));
      }}},
    {{"concat: no tensors were given", reject({})},
     {"concat: tensor 1 has shape [3, 2], that of tensor 0, [2, 3], but for axis 1, is wanted",
      reject({{2, 3}, {3, 2}}, 1)},
     {"concat: tensor 2 has shape [3], that of tensor 0, [2, 3], but for axis 0, is wanted",
      reject({{2, 3}, {1, 3}, {3}})},
     {"concat: axis 1 is out of range [-1, 1) for 1 dimensions", reject({{2}}, 1)},
     {"concat: axis 0 is out of range [0, 0) for 0 dimensions", reject({{}, {}})}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
