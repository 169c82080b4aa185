#include <cmath>
#include <tapegrad/core/kernels/elementwise.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Tensor tanh(const Tensor& x) {  // [...] -> [...]
  const ProfileSpan span("tanh");
  const Tensor y(map(x.value(), [](Real v) { return std::tanh(v); }));
  return record("tanh", {x}, y, saved(y), [](const Array& dy, const Saved& s, Sink& sink) {
    if (sink.wants(0)) sink.add(0, map(dy, s[0], [](Real g, Real v) { return g * (1 - v * v); }));
  });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const bool samples = add_samples("tanh", elementwise_samples(tanh));
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
