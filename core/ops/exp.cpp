#include <cmath>
#include <functional>
#include <tapegrad/core/kernels/elementwise.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Tensor exp(const Tensor& x) {  // [...] -> [...]
  const ProfileSpan span("exp");
  const Tensor y(map(x.value(), [](Real v) { return std::exp(v); }));
  return record("exp", {x}, y, saved(y), [](const Array& dy, const Saved& s, Sink& sink) {
    if (sink.wants(0)) sink.add(0, map(dy, s[0], std::multiplies<>()));
  });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const bool samples = add_samples("exp", elementwise_samples(exp));
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
