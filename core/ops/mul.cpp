#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Tensor mul(const Tensor& a, const Tensor& b) {  // [...], [...] -> broadcast
  const ProfileSpan span("mul");
  broadcast_shape("mul", a.shape(), b.shape());
  return record("mul", {a, b}, Tensor(a.value() * b.value()), saved(a, b),
                [](const Array& dy, const Saved& s, Sink& sink) {
                  if (sink.wants(0)) sink.add(0, sum_to(dy * s[1], s[0].shape()));
                  if (sink.wants(1)) sink.add(1, sum_to(dy * s[0], s[1].shape()));
                });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const bool samples = add_samples("mul", broadcasting_samples(mul), broadcasting_errors("mul", mul));
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
