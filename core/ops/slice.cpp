#include <fmt/core.h>

#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/kernels/strided.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

// [..., N, ...] -> [..., end - begin, ...]
Tensor slice(const Tensor& x, int axis, Index begin, Index end) {
  const ProfileSpan span("slice");
  const std::size_t at = axis_of("slice", axis, x.dim());
  const AxisView view = around(x.shape(), at);
  if (begin < 0 || begin > end || static_cast<std::size_t>(end) > view.size) {
    throw IndexError(
        fmt::format("slice: begin {}, end {} of axis {} must be in order and in [0, {}]", begin,
                    end, at, view.size));
  }
  Shape shape = x.shape();
  shape[at] = static_cast<std::size_t>(end - begin);
  const std::size_t width = shape[at] * view.inner;
  const std::size_t stride = view.size * view.inner;
  const std::size_t start = static_cast<std::size_t>(begin) * view.inner;
  Array y(shape);
  copy_rows(view.outer, width, x.value().data() + start, stride, y.data(), width);
  return record("slice", {x}, Tensor(std::move(y)), {},
                [=, outer = view.outer](const Array& dy, const Saved&, Sink& sink) {
                  sink.add_part(0, [&](Array& dx) {
                    add_rows(outer, width, dy.data(), width, dx.data() + start, stride);
                  });
                });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto part = [](int axis, Index begin, Index end) {
  return [=](const std::vector<Tensor>& x) { return slice(x[0], axis, begin, end); };
};
const auto reject = [](int axis, Index begin, Index end) {
  return [=] { slice(Tensor(zeros({2, 3})), axis, begin, end); };
};
const bool samples = add_samples(
    "slice",
    {{"rows", {distinct({4, 3})}, part(0, 1, 3)},
     {"columns", {distinct({4, 3})}, part(-1, 1, 3)},
     {"a middle axis", {distinct({2, 4, 3})}, part(1, 3, 4)},
     {"all", {distinct({2, 3})}, part(0, 0, 2)},
     {"none", {distinct({2, 3})}, part(0, 2, 2)},
     {"of nothing", {distinct({2, 0})}, part(1, 0, 0)},
     {"two overlapping parts of one input",
      {distinct({3, 2})},
      [](const auto& x) { return mul(slice(x[0], 0, 0, 2), slice(x[0], 0, 1, 3)); }}},
    {{"slice: begin 1, end 4 of axis 1 must be in order and in [0, 3]", reject(1, 1, 4)},
     {"slice: begin -1, end 2 of axis 0 must be in order and in [0, 2]", reject(-2, -1, 2)},
     {"slice: begin 2, end 1 of axis 0 must be in order and in [0, 2]", reject(0, 2, 1)},
     {"slice: axis 2 is out of range [-2, 2) for 2 dimensions", reject(2, 0, 1)}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
