#include <cmath>
#include <functional>
#include <tapegrad/core/kernels/elementwise.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Tensor log(const Tensor& x) {  // [...] -> [...]
  const ProfileSpan span("log");
  const Tensor y(map(x.value(), [](Real v) { return std::log(v); }));
  return record("log", {x}, y, saved(x), [](const Array& dy, const Saved& s, Sink& sink) {
    if (sink.wants(0)) sink.add(0, map(dy, s[0], std::divides<>()));
  });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto call = [](const std::vector<Tensor>& x) { return log(x[0]); };
const bool samples = add_samples(
    "log", {{"both sides of 1", {positive({3, 2})}, call},
            {"a number", {positive({})}, call},
            {"nothing", {positive({0, 2})}, call},
            {"of a result", {distinct({3})}, [](const auto& x) { return log(exp(x[0])); }}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
