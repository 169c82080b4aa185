#include <functional>
#include <tapegrad/core/kernels/elementwise.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

Array quotient(const Array& a, const Array& b) {
  return broadcast("div", a, b, std::divides<>());
}

// d(a / b) / db = -(a / b) / b
Array denominator_gradient(const Array& dy, const Array& y, const Array& b) {
  return quotient(map(dy, y, [](Real g, Real v) { return -g * v; }), b);
}

}  // namespace

Tensor div(const Tensor& a, const Tensor& b) {  // [...], [...] -> broadcast
  const ProfileSpan span("div");
  const Tensor y(quotient(a.value(), b.value()));
  return record("div", {a, b}, y, saved(y, b), [](const Array& dy, const Saved& s, Sink& sink) {
    if (sink.wants(0)) sink.add(0, sum_to(quotient(dy, s[1]), sink.shape(0)));
    if (sink.wants(1)) sink.add(1, sum_to(denominator_gradient(dy, s[0], s[1]), sink.shape(1)));
  });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const bool samples = add_samples("div", broadcasting_samples(div), broadcasting_errors("div", div));
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
