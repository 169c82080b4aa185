#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Tensor sub(const Tensor& a, const Tensor& b) {  // [...], [...] -> broadcast
  broadcast_shape("sub", a.shape(), b.shape());
  return record(
      "sub", {a, b}, Tensor(a.value() - b.value()), {},
      [a_shape = a.shape(), b_shape = b.shape()](const Array& dy, const Saved&, Sink& sink) {
        if (sink.wants(0)) sink.add(0, sum_to(dy, a_shape));
        if (sink.wants(1)) sink.add(1, sum_to(-dy, b_shape));
      });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto call = [](const std::vector<Tensor>& x) { return sub(x[0], x[1]); };
const bool samples = add_samples(
    "sub",
    {{"same shape", {distinct({2, 3}), distinct({2, 3}, 1)}, call},
     {"a row to each", {distinct({2, 3}), distinct({3}, 1)}, call},
     {"from a row", {distinct({3}), distinct({2, 3}, 1)}, call},
     {"both broadcast", {distinct({2, 1}), distinct({1, 3}, 1)}, call},
     {"a number", {distinct({}), distinct({2, 2}, 1)}, call},
     {"nothing", {distinct({0, 3}), distinct({3}, 1)}, call},
     {"an input used twice", {distinct({3})}, [](const auto& x) { return sub(x[0], x[0]); }}},
    {{"sub: shapes [2, 3] and [4] do not broadcast", [] {
        sub(Tensor(zeros({2, 3})), Tensor(zeros({4})));
      }}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
