#include <fmt/core.h>

#include <algorithm>
#include <tapegrad/core/kernels/simd.hpp>
#include <tapegrad/core/kernels/sums.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

void check(const Shape& x, const Shape& normalized, const Tensor& weight, const Tensor& bias) {
  check_shape(!normalized.empty(), "layer_norm", "normalized_shape", normalized,
              "at least one dimension");
  if (x.size() < normalized.size() ||
      !std::equal(normalized.rbegin(), normalized.rend(), x.rbegin())) {
    check_shape(false, "layer_norm", "x", x,
                fmt::format("[..., {}", to_string(normalized).substr(1)));
  }
  const auto check_factor = [&](const char* name, const Tensor& factor) {
    if (!factor.defined() || factor.shape() == normalized) return;
    check_shape(false, "layer_norm", name, factor.shape(), to_string(normalized));
  };
  check_factor("weight", weight);
  check_factor("bias", bias);
}

// Lines of x that one thread takes; the gradient of the weight is summed over each such block.
std::size_t block_lines(std::size_t width) {
  return std::max<std::size_t>(16, (1U << 15U) / std::max<std::size_t>(1, width));
}

template <class Body>
void for_each_block(std::size_t lines, std::size_t width, const Body& body) {
  const std::size_t block = block_lines(width);
  parallel_for((lines + block - 1) / block,
               [&](std::size_t i) { body(i, i * block, std::min(lines, (i + 1) * block)); });
}

// What the forward pass leaves for the backward one: of each line the mean and 1 / deviation.
struct Statistics {
  Array means, scales;
};

Array forward(const Array& x, const Array& weight, const Array& bias, double eps,
              Statistics& statistics) {
  Array y(x.shape());
  const NormalizedLines lines{.x = x.data(),
                              .weight = weight.data(),
                              .bias = bias.data(),
                              .width = weight.size(),
                              .eps = static_cast<Real>(eps),
                              .y = y.data(),
                              .means = statistics.means.data(),
                              .scales = statistics.scales.data()};
  for_each_block(statistics.means.size(), lines.width,
                 [&](std::size_t, std::size_t begin, std::size_t end) {
                   simd().layer_norm(lines, begin, end);
                 });
  return y;
}

struct InputGradients {
  Array x, weight, bias;
};

InputGradients gradients(const Array& dy, const Array& x, const Array& weight,
                         const Statistics& statistics) {
  const std::size_t width = weight.size();
  const std::size_t lines = statistics.means.size();
  const std::size_t blocks = (lines + block_lines(width) - 1) / block_lines(width);
  Array dweights = zeros({blocks, width});
  Array dbiases = zeros({blocks, width});
  Array dx(x.shape());
  for_each_block(lines, width, [&](std::size_t block, std::size_t begin, std::size_t end) {
    simd().layer_norm_gradient({.x = x.data(),
                                .dy = dy.data(),
                                .weight = weight.data(),
                                .means = statistics.means.data(),
                                .scales = statistics.scales.data(),
                                .width = width,
                                .dx = dx.data(),
                                .dweight = dweights.data() + block * width,
                                .dbias = dbiases.data() + block * width},
                               begin, end);
  });
  Array dweight(weight.shape());
  Array dbias(weight.shape());
  sum_columns(dweights.data(), blocks, width, dweight.data());
  sum_columns(dbiases.data(), blocks, width, dbias.data());
  return {std::move(dx), std::move(dweight), std::move(dbias)};
}

}  // namespace

// [..., normalized_shape], normalized_shape, normalized_shape -> [..., normalized_shape]
Tensor layer_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight,
                  const Tensor& bias, double eps) {
  const ProfileSpan span("layer_norm");
  check(x.shape(), normalized_shape, weight, bias);
  const Tensor factor = weight.defined() ? weight : Tensor(full(normalized_shape, 1));
  const Tensor offset = bias.defined() ? bias : Tensor(zeros(normalized_shape));
  const std::size_t width = count(normalized_shape);
  const std::size_t lines = width == 0 ? 0 : count(x.shape()) / width;
  Statistics statistics{Array(Shape{lines}), Array(Shape{lines})};
  Tensor y(forward(x.value(), factor.value(), offset.value(), eps, statistics));
  return record("layer_norm", {x, weight, bias}, std::move(y), saved(x, factor),
                [statistics = std::move(statistics)](const Array& dy, const Saved& s, Sink& sink) {
                  InputGradients got = gradients(dy, s[0], s[1], statistics);
                  if (sink.wants(0)) sink.add(0, std::move(got.x));
                  if (sink.wants(1)) sink.add(1, std::move(got.weight));
                  if (sink.wants(2)) sink.add(2, std::move(got.bias));
                });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto over = [](const Shape& shape, double eps = 1e-5) {
  return [=](const std::vector<Tensor>& x) {
    return layer_norm(x[0], shape, x.size() > 1 ? x[1] : Tensor(), x.size() > 2 ? x[2] : Tensor(),
                      eps);
  };
};
const auto reject = [](const Shape& x, const Shape& normalized, const Shape& weight,
                       const Shape& bias) {
  return
      [=] { layer_norm(Tensor(zeros(x)), normalized, Tensor(zeros(weight)), Tensor(zeros(bias))); };
};
const bool samples = add_samples(
    "layer_norm",
    {{"a batch of sequences", {distinct({2, 3, 5}), distinct({5}, 1), distinct({5}, 2)}, over({5})},
     {"over two dimensions",
      {distinct({3, 2, 4}), distinct({2, 4}, 1), distinct({2, 4}, 2)},
      over({2, 4})},
     {"over all", {distinct({2, 3}), distinct({2, 3}, 1), distinct({2, 3}, 2)}, over({2, 3})},
     {"more than a vector", {distinct({4, 21}), distinct({21}, 1), distinct({21}, 2)}, over({21})},
     {"several blocks of lines",
      {distinct({35, 2}), distinct({2}, 1), distinct({2}, 2)},
      over({2})},
     {"without weight and bias", {distinct({3, 4})}, over({4})},
     {"without bias", {distinct({3, 4}), distinct({4}, 1)}, over({4})},
     {"a large eps", {distinct({3, 4}), distinct({4}, 1), distinct({4}, 2)}, over({4}, 2)},
     {"size 1", {distinct({3, 1}), distinct({1}, 1), distinct({1}, 2)}, over({1})},
     {"no lines", {distinct({0, 3}), distinct({3}, 1), distinct({3}, 2)}, over({3})},
     {"no width", {distinct({2, 0}), distinct({0}), distinct({0})}, over({0})},
     {"x is the weight too",
      {distinct({4})},
      [](const auto& x) { return layer_norm(x[0], {4}, x[0], x[0]); }}},
    {{"layer_norm: x has shape [2, 3], [..., 4] is wanted", reject({2, 3}, {4}, {4}, {4})},
     {"layer_norm: x has shape [4], [..., 2, 4] is wanted", reject({4}, {2, 4}, {2, 4}, {2, 4})},
     {"layer_norm: weight has shape [3], [4] is wanted", reject({2, 4}, {4}, {3}, {4})},
     {"layer_norm: bias has shape [2, 4], [4] is wanted", reject({2, 4}, {4}, {4}, {2, 4})},
     {"layer_norm: normalized_shape has shape [], at least one dimension is wanted",
      reject({2, 4}, {}, {}, {})}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
