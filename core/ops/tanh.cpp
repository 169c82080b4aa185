#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>
#include <xtensor/xmath.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Tensor tanh(const Tensor& x) {  // [...] -> [...]
  const ProfileSpan span("tanh");
  Tensor y(xt::tanh(x.value()));
  return record("tanh", {x}, y, saved(y), [](const Array& dy, const Saved& s, Sink& sink) {
    if (sink.wants(0)) sink.add(0, dy * (Real(1) - xt::square(s[0])));
  });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const bool samples = add_samples("tanh", elementwise_samples(tanh));
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
