#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Tensor mul(const Tensor& a, const Tensor& b) {  // [...], [...] -> broadcast
  broadcast_shape("mul", a.shape(), b.shape());
  return record("mul", {a, b}, Tensor(a.value() * b.value()), saved(a, b),
                [](const Array& dy, const Saved& s, Sink& sink) {
                  if (sink.wants(0)) sink.add(0, sum_to(dy * s[1], s[0].shape()));
                  if (sink.wants(1)) sink.add(1, sum_to(dy * s[0], s[1].shape()));
                });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto call = [](const std::vector<Tensor>& x) { return mul(x[0], x[1]); };
const bool samples = add_samples(
    "mul",
    {{"same shape", {distinct({2, 3}), distinct({2, 3}, 1)}, call},
     {"a row to each", {distinct({2, 3}), distinct({3}, 1)}, call},
     {"both broadcast", {distinct({2, 1}), distinct({1, 3}, 1)}, call},
     {"a number", {distinct({}), distinct({2, 2}, 1)}, call},
     {"nothing", {distinct({0, 3}), distinct({3}, 1)}, call},
     {"an input used twice", {distinct({3})}, [](const auto& x) { return mul(x[0], x[0]); }}},
    {{"mul: shapes [2, 3] and [4] do not broadcast", [] {
        mul(Tensor(zeros({2, 3})), Tensor(zeros({4})));
      }}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
