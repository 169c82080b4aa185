#include <functional>
#include <tapegrad/core/kernels/elementwise.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>
#include <utility>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Tensor sub(const Tensor& a, const Tensor& b) {  // [...], [...] -> broadcast
  const ProfileSpan span("sub");
  Tensor y(broadcast("sub", a.value(), b.value(), std::minus<>()));
  return record("sub", {a, b}, std::move(y), {}, [](const Array& dy, const Saved&, Sink& sink) {
    if (sink.wants(0)) sink.add(0, sum_to(dy, sink.shape(0)));
    if (sink.wants(1)) sink.add(1, sum_to(map(dy, std::negate<>()), sink.shape(1)));
  });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const bool samples = add_samples("sub", broadcasting_samples(sub), broadcasting_errors("sub", sub));
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
