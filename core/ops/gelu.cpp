#include <cmath>
#include <tapegrad/core/kernels/elementwise.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

constexpr Real half_root = Real(0.70710678118654752);     // sqrt(1 / 2)
constexpr Real peak_density = Real(0.39894228040143268);  // 1 / sqrt(2 pi)

// The normal distribution function; erfc keeps its digits far on the left.
Real normal_cdf(Real x) {
  return Real(0.5) * std::erfc(-x * half_root);
}

}  // namespace

Tensor gelu(const Tensor& x) {  // [...] -> [...]
  const ProfileSpan span("gelu");
  const Tensor y(map(x.value(), [](Real v) { return v * normal_cdf(v); }));
  return record("gelu", {x}, y, saved(x), [](const Array& dy, const Saved& s, Sink& sink) {
    if (!sink.wants(0)) return;
    sink.add(0, map(dy, s[0], [](Real g, Real v) {
               return g * (normal_cdf(v) + v * peak_density * std::exp(Real(-0.5) * v * v));
             }));
  });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto call = [](const std::vector<Tensor>& x) { return gelu(x[0]); };
const bool samples = add_samples("gelu", {{"both signs", {distinct({3, 2})}, call},
                                          {"far out", {Array({-40.0, -5.0, 5.0, 40.0})}, call},
                                          {"a number", {distinct({})}, call},
                                          {"nothing", {distinct({0, 2})}, call}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
