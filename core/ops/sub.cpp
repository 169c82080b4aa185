#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Tensor sub(const Tensor& a, const Tensor& b) {  // [...], [...] -> broadcast
  const ProfileSpan span("sub");
  broadcast_shape("sub", a.shape(), b.shape());
  return record(
      "sub", {a, b}, Tensor(a.value() - b.value()), {},
      [a_shape = a.shape(), b_shape = b.shape()](const Array& dy, const Saved&, Sink& sink) {
        if (sink.wants(0)) sink.add(0, sum_to(dy, a_shape));
        if (sink.wants(1)) sink.add(1, sum_to(-dy, b_shape));
      });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const bool samples = add_samples("sub", broadcasting_samples(sub), broadcasting_errors("sub", sub));
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
