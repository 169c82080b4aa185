#include <tapegrad/core/kernels/lines.hpp>
#include <tapegrad/core/kernels/simd.hpp>
#include <tapegrad/core/kernels/softmax.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// dx = y (dy - sum of dy y along the axis)
Array gradient(const Array& y, const Array& dy, const AxisView& view) {
  Array dx(y.shape());
  for_each_line(view, [&](std::size_t start) {
    const Real* p = y.data() + start;
    const Real* g = dy.data() + start;
    Real* to = dx.data() + start;
    if (view.inner == 1) return simd().softmax_gradient(p, g, to, view.size);
    Real dot = 0;
    for (std::size_t j = 0; j < view.size; ++j) dot += g[j * view.inner] * p[j * view.inner];
    for (std::size_t j = 0; j < view.size; ++j) {
      to[j * view.inner] = p[j * view.inner] * (g[j * view.inner] - dot);
    }
  });
  return dx;
}

}  // namespace

Tensor softmax(const Tensor& x, int axis) {  // [...] -> [...]
  const ProfileSpan span("softmax");
  const AxisView view = around(x.shape(), axis_of("softmax", axis, x.dim()));
  const Tensor y(softmax(x.value(), view));
  return record("softmax", {x}, y, saved(y), [view](const Array& dy, const Saved& s, Sink& sink) {
    if (sink.wants(0)) sink.add(0, gradient(s[0], dy, view));
  });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto along = [](int axis) {
  return [axis](const std::vector<Tensor>& x) { return softmax(x[0], axis); };
};
const bool samples =
    add_samples("softmax",
                {{"last axis", {distinct({2, 3})}, along(-1)},
                 {"first axis", {distinct({3, 2})}, along(0)},
                 {"middle axis", {distinct({2, 3, 2})}, along(1)},
                 {"one element a line", {distinct({3, 1})}, along(1)},
                 {"far apart", {Array({-30.0, 0.5, 2.0, -700.0})}, along(0)},
                 {"no lines", {distinct({0, 3})}, along(1)},
                 {"empty lines", {distinct({3, 0})}, along(1)},
                 {"empty lines along the first axis", {distinct({0, 3})}, along(0)}},
                {{"softmax: axis 2 is out of range [-2, 2) for 2 dimensions",
                  [] {
                    softmax(Tensor(zeros({2, 3})), 2);
                  }},
                 {"softmax: axis -1 is out of range [0, 0) for 0 dimensions",
                  [] { softmax(Tensor(zeros({}))); }}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
