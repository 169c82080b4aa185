#include <fmt/core.h>

#include <algorithm>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// How many positions of sequence b are not masked.
std::size_t kept(const Mask& mask, std::size_t b) {
  const std::size_t tokens = mask.shape()[1];
  return static_cast<std::size_t>(
      std::count(mask.data() + b * tokens, mask.data() + (b + 1) * tokens, false));
}

template <class F>
void for_each_text(std::size_t n, std::size_t cost, F body) {
  parallel_ranges(n, cost, [&](std::size_t begin, std::size_t end) {
    for (std::size_t b = begin; b < end; ++b) body(b);
  });
}

// The sum of the positions that are not masked, over their number.
Array forward(const Array& x, const Mask& mask) {
  const std::size_t tokens = x.shape()[1];
  const std::size_t width = x.shape()[2];
  Array y = zeros({x.shape()[0], width});
  for_each_text(x.shape()[0], tokens * width, [&](std::size_t b) {
    Real* to = y.data() + b * width;
    for (std::size_t i = b * tokens; i < (b + 1) * tokens; ++i) {
      if (mask.data()[i]) continue;
      const Real* from = x.data() + i * width;
      for (std::size_t d = 0; d < width; ++d) to[d] += from[d];
    }
    const auto n = static_cast<Real>(std::max<std::size_t>(1, kept(mask, b)));
    for (std::size_t d = 0; d < width; ++d) to[d] /= n;
  });
  return y;
}

Array gradient(const Array& dy, const Mask& mask) {
  const std::size_t tokens = mask.shape()[1];
  const std::size_t width = dy.shape()[1];
  Array dx = zeros({dy.shape()[0], tokens, width});
  for_each_text(dy.shape()[0], tokens * width, [&](std::size_t b) {
    const Real* from = dy.data() + b * width;
    const auto n = static_cast<Real>(kept(mask, b));
    for (std::size_t i = b * tokens; i < (b + 1) * tokens; ++i) {
      if (mask.data()[i]) continue;
      Real* to = dx.data() + i * width;
      for (std::size_t d = 0; d < width; ++d) to[d] = from[d] / n;
    }
  });
  return dx;
}

}  // namespace

Tensor masked_mean(const Tensor& x, const Mask& mask) {  // [B, T, D], [B, T] -> [B, D]
  const ProfileSpan span("masked_mean");
  check_shape(x.dim() == 3, "masked_mean", "x", x.shape(), "[B, T, D]");
  const Shape mask_shape(mask.shape().begin(), mask.shape().end());
  if (mask_shape != Shape{x.size(0), x.size(1)}) {
    check_shape(false, "masked_mean", "mask", mask_shape,
                fmt::format("[{}, {}] (x is {})", x.size(0), x.size(1), to_string(x.shape())));
  }
  Tensor y(forward(x.value(), mask));
  if (!recording(x)) return y;
  return record("masked_mean", {x}, std::move(y), {},
                [mask](const Array& dy, const Saved&, Sink& sink) {
                  if (sink.wants(0)) sink.add(0, gradient(dy, mask));
                });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto without = [](const Mask& mask) {
  return [mask](const std::vector<Tensor>& x) { return masked_mean(x[0], mask); };
};
const Mask ragged = {
    {false, false, true, false}, {true, true, true, true}, {false, true, true, true}};
const bool samples =
    add_samples("masked_mean",
                {{"ragged, one sequence masked whole", {distinct({3, 4, 2})}, without(ragged)},
                 {"nothing masked", {distinct({2, 3, 2})}, without(Mask(Shape{2, 3}, false))},
                 {"size 1", {distinct({1, 1, 1})}, without(Mask(Shape{1, 1}, false))},
                 {"no tokens", {distinct({2, 0, 3})}, without(Mask::from_shape({2, 0}))},
                 {"no sequences", {distinct({0, 2, 3})}, without(Mask::from_shape({0, 2}))},
                 {"no width", {distinct({3, 4, 0})}, without(ragged)}},
                {{"masked_mean: x has shape [3, 4], [B, T, D] is wanted",
                  [] {
                    masked_mean(Tensor(zeros({3, 4})), ragged);
                  }},
                 {"masked_mean: mask has shape [3, 4], [4, 3] (x is [4, 3, 2]) is wanted", [] {
                    masked_mean(Tensor(zeros({4, 3, 2})), ragged);
                  }}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
