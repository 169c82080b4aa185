#include <functional>
#include <tapegrad/core/kernels/elementwise.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>
#include <utility>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Tensor add(const Tensor& a, const Tensor& b) {  // [...], [...] -> broadcast
  const ProfileSpan span("add");
  Tensor y(broadcast("add", a.value(), b.value(), std::plus<>()));
  return record("add", {a, b}, std::move(y), {}, [](const Array& dy, const Saved&, Sink& sink) {
    if (sink.wants(0)) sink.add(0, sum_to(dy, sink.shape(0)));
    if (sink.wants(1)) sink.add(1, sum_to(dy, sink.shape(1)));
  });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const bool samples = add_samples("add", broadcasting_samples(add), broadcasting_errors("add", add));
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
