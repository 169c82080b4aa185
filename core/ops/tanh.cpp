#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>
#include <xtensor/xmath.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Tensor tanh(const Tensor& x) {  // [...] -> [...]
  Tensor y(xt::tanh(x.value()));
  return record("tanh", {x}, y, saved(y), [](const Array& dy, const Saved& s, Sink& sink) {
    if (sink.wants(0)) sink.add(0, dy * (Real(1) - xt::square(s[0])));
  });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto call = [](const std::vector<Tensor>& x) { return tanh(x[0]); };
const bool samples = add_samples("tanh", {{"both signs", {distinct({3, 2})}, call},
                                          {"a number", {distinct({})}, call},
                                          {"nothing", {distinct({0, 2})}, call}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
