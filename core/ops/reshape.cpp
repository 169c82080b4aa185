#include <fmt/core.h>

#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

Array reshaped(Array x, const Shape& shape) {
  x.reshape(shape);
  return x;
}

}  // namespace

Tensor reshape(const Tensor& x, const Shape& shape) {  // [...] -> shape
  const ProfileSpan span("reshape");
  if (count(x.shape()) != count(shape)) {
    throw ShapeError(fmt::format("reshape: x has shape {}, {} elements, but {} has {}",
                                 to_string(x.shape()), count(x.shape()), to_string(shape),
                                 count(shape)));
  }
  return record("reshape", {x}, Tensor(reshaped(x.value(), shape)), {},
                [from = x.shape()](const Array& dy, const Saved&, Sink& sink) {
                  if (sink.wants(0)) sink.add(0, reshaped(dy, from));
                });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto to = [](const Shape& shape) {
  return [shape](const std::vector<Tensor>& x) { return reshape(x[0], shape); };
};
const bool samples = add_samples("reshape",
                                 {{"flat", {distinct({2, 3})}, to({6})},
                                  {"other rows", {distinct({2, 3, 2})}, to({4, 3})},
                                  {"the same", {distinct({2, 3})}, to({2, 3})},
                                  {"to a number", {distinct({1, 1})}, to({})},
                                  {"from a number", {distinct({})}, to({1, 1, 1})},
                                  {"nothing", {distinct({0, 3})}, to({2, 0})}},
                                 {{"reshape: x has shape [2, 3], 6 elements, but [4, 2] has 8", [] {
                                     reshape(Tensor(zeros({2, 3})), {4, 2});
                                   }}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
