#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Tensor neg(const Tensor& x) {  // [...] -> [...]
  const ProfileSpan span("neg");
  return record("neg", {x}, Tensor(-x.value()), {}, [](const Array& dy, const Saved&, Sink& sink) {
    if (sink.wants(0)) sink.add(0, -dy);
  });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const bool samples = add_samples("neg", elementwise_samples(neg));
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
