#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Tensor div(const Tensor& a, const Tensor& b) {  // [...], [...] -> broadcast
  const ProfileSpan span("div");
  broadcast_shape("div", a.shape(), b.shape());
  const Tensor y(a.value() / b.value());
  return record("div", {a, b}, y, saved(y, b),
                [a_shape = a.shape()](const Array& dy, const Saved& s, Sink& sink) {
                  if (sink.wants(0)) sink.add(0, sum_to(dy / s[1], a_shape));
                  if (sink.wants(1)) sink.add(1, sum_to(-dy * s[0] / s[1], s[1].shape()));
                });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const bool samples = add_samples("div", broadcasting_samples(div), broadcasting_errors("div", div));
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
