#include <cmath>
#include <tapegrad/core/kernels/elementwise.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Tensor sigmoid(const Tensor& x) {  // [...] -> [...]
  const ProfileSpan span("sigmoid");
  // From exp(-|x|), which never overflows.
  const Tensor y(map(x.value(), [](Real v) {
    const Real e = std::exp(-std::abs(v));
    return (v < 0 ? e : Real(1)) / (1 + e);
  }));
  return record("sigmoid", {x}, y, saved(y), [](const Array& dy, const Saved& s, Sink& sink) {
    if (sink.wants(0)) sink.add(0, map(dy, s[0], [](Real g, Real v) { return g * v * (1 - v); }));
  });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto call = [](const std::vector<Tensor>& x) { return sigmoid(x[0]); };
const bool samples =
    add_samples("sigmoid", {{"both signs", {distinct({3, 2})}, call},
                            {"far out", {Array({-800.0, -20.0, 20.0, 800.0})}, call},
                            {"a number", {distinct({})}, call},
                            {"nothing", {distinct({0, 2})}, call}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
