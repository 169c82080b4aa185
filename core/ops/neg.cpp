#include <functional>
#include <tapegrad/core/kernels/elementwise.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>
#include <utility>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Tensor neg(const Tensor& x) {  // [...] -> [...]
  const ProfileSpan span("neg");
  Tensor y(map(x.value(), std::negate<>()));
  return record("neg", {x}, std::move(y), {}, [](const Array& dy, const Saved&, Sink& sink) {
    if (sink.wants(0)) sink.add(0, map(dy, std::negate<>()));
  });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const bool samples = add_samples("neg", elementwise_samples(neg));
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
