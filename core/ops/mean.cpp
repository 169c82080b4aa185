#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

Tensor over(const Tensor& total, std::size_t n) {
  return div(total, Tensor(full({}, static_cast<Real>(n))));
}

}  // namespace

Tensor mean(const Tensor& x) {  // [...] -> []
  const ProfileSpan span("mean");
  return over(sum(x), x.value().size());
}

Tensor mean(const Tensor& x, int axis, bool keep_axis) {  // [..., N, ...] -> [..., ...]
  const ProfileSpan span("mean");
  const std::size_t at = axis_of("mean", axis, x.dim());
  return over(sum(x, axis, keep_axis), x.size(at));
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const bool samples = add_samples(
    "mean",
    {{"all", {distinct({2, 3})}, [](const auto& x) { return mean(x[0]); }},
     {"one number", {distinct({})}, [](const auto& x) { return mean(x[0]); }},
     {"first axis", {distinct({2, 3, 2})}, [](const auto& x) { return mean(x[0], 0); }},
     {"middle axis", {distinct({2, 3, 2})}, [](const auto& x) { return mean(x[0], 1); }},
     {"last axis kept", {distinct({2, 3})}, [](const auto& x) { return mean(x[0], -1, true); }},
     {"no lines", {distinct({0, 3})}, [](const auto& x) { return mean(x[0], 1); }}},
    {{"mean: axis -3 is out of range [-2, 2) for 2 dimensions", [] {
        mean(Tensor(zeros({2, 3})), -3);
      }}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
