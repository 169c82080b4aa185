#include <functional>
#include <tapegrad/core/kernels/elementwise.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>
#include <utility>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

Array product(const Array& a, const Array& b) {
  return broadcast("mul", a, b, std::multiplies<>());
}

}  // namespace

Tensor mul(const Tensor& a, const Tensor& b) {  // [...], [...] -> broadcast
  const ProfileSpan span("mul");
  Tensor y(product(a.value(), b.value()));
  return record("mul", {a, b}, std::move(y), saved(a, b),
                [](const Array& dy, const Saved& s, Sink& sink) {
                  if (sink.wants(0)) sink.add(0, sum_to(product(dy, s[1]), sink.shape(0)));
                  if (sink.wants(1)) sink.add(1, sum_to(product(dy, s[0]), sink.shape(1)));
                });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const bool samples = add_samples("mul", broadcasting_samples(mul), broadcasting_errors("mul", mul));
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
