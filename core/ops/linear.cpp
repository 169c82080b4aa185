#include <fmt/core.h>

#include <algorithm>
#include <tapegrad/core/kernels/matmul.hpp>
#include <tapegrad/core/kernels/sums.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

void check(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  check_shape(weight.dim() == 2, "linear", "weight", weight.shape(), "[out, in]");
  const std::size_t out = weight.size(0);
  const std::size_t in = weight.size(1);
  if (x.dim() < 1 || x.size(x.dim() - 1) != in) {
    check_shape(false, "linear", "x", x.shape(),
                fmt::format("[..., {}] (weight is [{}, {}])", in, out, in));
  }
  if (bias.defined() && bias.shape() != Shape{out}) {
    check_shape(false, "linear", "bias", bias.shape(), fmt::format("[{}]", out));
  }
}

// Every row starts as the bias; the product is added.
void copy_bias(const Array& bias, std::size_t n, Array& y) {
  const std::size_t out = bias.size();
  parallel_ranges(n, out, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) std::copy_n(bias.data(), out, y.data() + i * out);
  });
}

Array bias_gradient(const Array& dy, std::size_t n, std::size_t out) {
  Array sums(Shape{out});
  sum_columns(dy.data(), n, out, sums.data());
  return sums;
}

}  // namespace

// [..., in], [out, in], [out] -> [..., out]
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const ProfileSpan span("linear");
  check(x, weight, bias);
  const std::size_t out = weight.size(0);
  const std::size_t in = weight.size(1);
  Shape shape = x.shape();
  shape.back() = out;
  const std::size_t n = count(Shape(shape.begin(), shape.end() - 1));
  Array y(shape);
  if (bias.defined()) copy_bias(bias.value(), n, y);
  matmul(n, out, in, {x.value().data(), in}, {weight.value().data(), in, true}, y.data(), out,
         bias.defined());
  return record("linear", {x, weight, bias}, Tensor(std::move(y)), saved(x, weight),
                [n, in, out](const Array& dy, const Saved& s, Sink& sink) {
                  const Array& x_value = s[0];
                  const Array& w = s[1];
                  if (sink.wants(0)) {  // dx = dy W
                    Array dx(x_value.shape());
                    matmul(n, in, out, {dy.data(), out}, {w.data(), in}, dx.data(), in);
                    sink.add(0, std::move(dx));
                  }
                  if (sink.wants(1)) {  // dW = dy^T x
                    Array dw(w.shape());
                    matmul(out, in, n, {dy.data(), out, true}, {x_value.data(), in}, dw.data(), in);
                    sink.add(1, std::move(dw));
                  }
                  if (sink.wants(2)) sink.add(2, bias_gradient(dy, n, out));
                });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto call = [](const std::vector<Tensor>& x) {
  return linear(x[0], x[1], x.size() > 2 ? x[2] : Tensor());
};
const auto given = [](const Shape& shape) { return Tensor(zeros(shape)); };
const bool samples = add_samples(
    "linear",
    {{"a batch", {distinct({4, 3}), distinct({2, 3}, 1), distinct({2}, 2)}, call},
     {"without bias", {distinct({4, 3}), distinct({2, 3}, 1)}, call},
     {"one item without a batch", {distinct({3}), distinct({2, 3}, 1), distinct({2}, 2)}, call},
     {"a batch of sequences", {distinct({2, 4, 3}), distinct({5, 3}, 1), distinct({5}, 2)}, call},
     {"no items", {distinct({0, 3}), distinct({2, 3}, 1), distinct({2}, 2)}, call},
     {"no inputs", {distinct({4, 0}), distinct({2, 0}, 1), distinct({2}, 2)}, call},
     {"no outputs", {distinct({4, 3}), distinct({0, 3}, 1), distinct({0}, 2)}, call},
     {"size 1", {distinct({1, 1}), distinct({1, 1}, 1), distinct({1}, 2)}, call},
     {"x is the weight too", {distinct({3, 3})}, [](const auto& x) { return linear(x[0], x[0]); }}},
    {{"linear: x has shape [2, 4], [..., 3] (weight is [2, 3]) is wanted",
      [] {
        linear(given({2, 4}), given({2, 3}));
      }},
     {"linear: weight has shape [6], [out, in] is wanted",
      [] {
        linear(given({2, 3}), given({6}));
      }},
     {"linear: bias has shape [3], [2] is wanted", [] {
        linear(given({2, 3}), given({2, 3}), given({3}));
      }}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
