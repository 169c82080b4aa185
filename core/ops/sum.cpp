#include <algorithm>
#include <tapegrad/core/kernels/sums.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// [outer, inner] as [outer, size, inner], each line `size` times.
Array repeated(const Array& x, const AxisView& view, const Shape& shape) {
  Array y(shape);
  parallel_ranges(view.outer, view.size * view.inner, [&](std::size_t begin, std::size_t end) {
    Real* to = y.data() + begin * view.size * view.inner;
    for (std::size_t i = begin; i < end; ++i) {
      const Real* from = x.data() + i * view.inner;
      if (view.inner == 1) {
        to = std::fill_n(to, view.size, *from);
        continue;
      }
      for (std::size_t j = 0; j < view.size; ++j) to = std::copy_n(from, view.inner, to);
    }
  });
  return y;
}

}  // namespace

Tensor sum(const Tensor& x) {  // [...] -> []
  const ProfileSpan span("sum");
  const auto total = static_cast<Real>(sum_all(x.value().data(), x.value().size()));
  return record("sum", {x}, Tensor(full({}, total)), {},
                [](const Array& dy, const Saved&, Sink& sink) {
                  if (sink.wants(0)) sink.add(0, full(sink.shape(0), dy.data()[0]));
                });
}

Tensor sum(const Tensor& x, int axis, bool keep_axis) {  // [..., N, ...] -> [..., ...]
  const ProfileSpan span("sum");
  const std::size_t at = axis_of("sum", axis, x.dim());
  const AxisView view = around(x.shape(), at);
  Shape shape = x.shape();
  if (keep_axis) {
    shape[at] = 1;
  } else {
    shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(at));
  }
  Array y(shape);
  sum_axis(x.value().data(), view, y.data());
  return record("sum", {x}, Tensor(std::move(y)), {},
                [view](const Array& dy, const Saved&, Sink& sink) {
                  if (sink.wants(0)) sink.add(0, repeated(dy, view, sink.shape(0)));
                });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const bool samples = add_samples(
    "sum",
    {{"all", {distinct({2, 3})}, [](const auto& x) { return sum(x[0]); }},
     {"nothing", {distinct({0, 3})}, [](const auto& x) { return sum(x[0]); }},
     {"first axis", {distinct({2, 3, 2})}, [](const auto& x) { return sum(x[0], 0); }},
     {"middle axis", {distinct({2, 3, 2})}, [](const auto& x) { return sum(x[0], 1); }},
     {"last axis kept", {distinct({2, 3})}, [](const auto& x) { return sum(x[0], -1, true); }},
     {"axis of size 0", {distinct({2, 0})}, [](const auto& x) { return sum(x[0], 1); }}},
    {{"sum: axis 2 is out of range [-2, 2) for 2 dimensions", [] {
        sum(Tensor(zeros({2, 3})), 2);
      }}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
