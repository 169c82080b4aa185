#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Tensor neg(const Tensor& x) {  // [...] -> [...]
  return record("neg", {x}, Tensor(-x.value()), {}, [](const Array& dy, const Saved&, Sink& sink) {
    if (sink.wants(0)) sink.add(0, -dy);
  });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto call = [](const std::vector<Tensor>& x) { return neg(x[0]); };
const bool samples = add_samples("neg", {{"both signs", {distinct({3, 2})}, call},
                                         {"a number", {distinct({})}, call},
                                         {"nothing", {distinct({0, 2})}, call}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
