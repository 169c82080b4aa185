#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Tensor sum(const Tensor& x) {  // [...] -> []
  const ProfileSpan span("sum");
  const Array& value = x.value();
  // Float sums are kept in double: 1e5 terms of one size must come out right.
  double total = 0;
  for (std::size_t i = 0; i < value.size(); ++i) total += static_cast<double>(value.data()[i]);
  return record("sum", {x}, Tensor(full({}, static_cast<Real>(total))), {},
                [shape = x.shape()](const Array& dy, const Saved&, Sink& sink) {
                  if (sink.wants(0)) sink.add(0, full(shape, dy.data()[0]));
                });
}

Tensor sum(const Tensor& x, int axis, bool keep_axis) {  // [..., N, ...] -> [..., ...]
  const ProfileSpan span("sum");
  const std::size_t at = axis_of("sum", axis, x.dim());
  const AxisView view = around(x.shape(), at);
  Shape kept = x.shape();
  kept[at] = 1;
  Array y = zeros(kept);
  for (std::size_t i = 0; i < view.outer * view.size; ++i) {
    const Real* from = x.value().data() + i * view.inner;
    Real* to = y.data() + i / view.size * view.inner;
    for (std::size_t j = 0; j < view.inner; ++j) to[j] += from[j];
  }
  if (!keep_axis) {
    Shape dropped = x.shape();
    dropped.erase(dropped.begin() + static_cast<std::ptrdiff_t>(at));
    y.reshape(dropped);
  }
  return record("sum", {x}, Tensor(std::move(y)), {},
                [shape = x.shape(), view](const Array& dy, const Saved&, Sink& sink) {
                  if (!sink.wants(0)) return;
                  Array dx(shape);
                  for (std::size_t i = 0; i < view.outer * view.size; ++i) {
                    std::copy_n(dy.data() + i / view.size * view.inner, view.inner,
                                dx.data() + i * view.inner);
                  }
                  sink.add(0, std::move(dx));
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
