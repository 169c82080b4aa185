#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Tensor div(const Tensor& a, const Tensor& b) {  // [...], [...] -> broadcast
  broadcast_shape("div", a.shape(), b.shape());
  const Tensor y(a.value() / b.value());
  return record("div", {a, b}, y, saved(y, b),
                [a_shape = a.shape()](const Array& dy, const Saved& s, Sink& sink) {
                  if (sink.wants(0)) sink.add(0, sum_to(dy / s[1], a_shape));
                  if (sink.wants(1)) sink.add(1, sum_to(-dy * s[0] / s[1], s[1].shape()));
                });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto call = [](const std::vector<Tensor>& x) { return div(x[0], x[1]); };
const bool samples = add_samples(
    "div",
    {{"same shape", {distinct({2, 3}), positive({2, 3}, 1)}, call},
     {"by negatives", {distinct({2, 3}), Array(-positive({2, 3}, 1))}, call},
     {"a row to each", {distinct({2, 3}), positive({3}, 1)}, call},
     {"both broadcast", {distinct({2, 1}), positive({1, 3}, 1)}, call},
     {"a number by a matrix", {distinct({}), positive({2, 2}, 1)}, call},
     {"by a number", {distinct({2, 2}), positive({}, 1)}, call},
     {"nothing", {distinct({0, 3}), positive({3}, 1)}, call},
     {"an input used twice", {positive({3})}, [](const auto& x) { return div(x[0], x[0]); }}},
    {{"div: shapes [2, 3] and [4] do not broadcast", [] {
        div(Tensor(zeros({2, 3})), Tensor(zeros({4})));
      }}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
