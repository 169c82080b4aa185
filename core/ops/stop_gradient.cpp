#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Tensor stop_gradient(const Tensor& x) {  // [...] -> [...]
  const ProfileSpan span("stop_gradient");
  if (x.leaf()) return Tensor(x.value());
  Tensor constant = x;
  constant.tape_ = 0;
  constant.position_ = 0;
  return constant;
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const bool samples = add_samples(
    "stop_gradient", {{"a parameter",
                       {distinct({3, 2}), distinct({3, 2}, 1)},
                       [](const auto& x) { return mul(stop_gradient(x[0]), x[1]); },
                       {0, 1, 2}},
                      {"a result",
                       {distinct({3, 2}), distinct({3, 2}, 1)},
                       [](const auto& x) { return mul(stop_gradient(neg(x[0])), x[1]); },
                       {0, 1, 2}},
                      {"half of the uses",
                       {distinct({2, 2})},
                       [](const auto& x) { return mul(x[0], stop_gradient(x[0])); },
                       {},
                       {0.5, 0.5}}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
