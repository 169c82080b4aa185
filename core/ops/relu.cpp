#include <tapegrad/core/kernels/elementwise.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

// Comparisons are turned so that NaN takes the side that passes it on.
Tensor relu(const Tensor& x) {  // [...] -> [...]
  const ProfileSpan span("relu");
  const Tensor y(map(x.value(), [](Real v) { return v <= 0 ? Real(0) : v; }));
  return record("relu", {x}, y, saved(y), [](const Array& dy, const Saved& s, Sink& sink) {
    if (!sink.wants(0)) return;
    sink.add(0, map(dy, s[0], [](Real g, Real v) { return v <= 0 ? Real(0) : g; }));
  });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto call = [](const std::vector<Tensor>& x) { return relu(x[0]); };
const bool samples =
    add_samples("relu", {{"both signs", {distinct({3, 2})}, call},
                         {"a number", {distinct({})}, call},
                         {"nothing", {distinct({0, 2})}, call},
                         {"an input used twice", {distinct({4})}, [](const auto& x) {
                            return mul(relu(x[0]), relu(neg(x[0]) + x[0] * x[0]));
                          }}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
