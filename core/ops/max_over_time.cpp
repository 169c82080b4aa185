#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>
#include <utility>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// For each value of the result the position that it comes from, -1 for none: [B, D].
using Winners = std::vector<std::int32_t>;

// The maxima of one sequence [T, D], and where they stand; untouched if all is masked.
void max_of_sequence(const Real* x, const bool* mask, std::size_t tokens, std::size_t width,
                     Real* best, std::int32_t* winners) {
  auto t = static_cast<std::size_t>(std::find(mask, mask + tokens, false) - mask);
  if (t == tokens) return;
  std::copy_n(x + t * width, width, best);
  std::fill_n(winners, width, static_cast<std::int32_t>(t));
  while (++t < tokens) {
    if (mask[t]) continue;
    const Real* row = x + t * width;
    for (std::size_t d = 0; d < width; ++d) {
      const Real old = best[d];
      // NaN wins, and is not won against. A single & makes vectors possible.
      const bool wins = !(row[d] <= old) & (old == old);
      best[d] = wins ? row[d] : old;
      winners[d] = wins ? static_cast<std::int32_t>(t) : winners[d];
    }
  }
}

std::pair<Array, Winners> forward(const Array& x, const Mask& mask) {
  const std::size_t tokens = x.shape()[1];
  const std::size_t width = x.shape()[2];
  Array y = zeros({x.shape()[0], width});
  Winners winners(y.size(), -1);
  parallel_ranges(x.shape()[0], tokens * width, [&](std::size_t begin, std::size_t end) {
    for (std::size_t b = begin; b < end; ++b) {
      max_of_sequence(x.data() + b * tokens * width, mask.data() + b * tokens, tokens, width,
                      y.data() + b * width, winners.data() + b * width);
    }
  });
  return {std::move(y), std::move(winners)};
}

Array gradient(const Array& dy, const Winners& winners, const Shape& shape) {
  const std::size_t tokens = shape[1];
  const std::size_t width = shape[2];
  Array dx = zeros(shape);
  parallel_ranges(shape[0], tokens * width, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin * width; i < end * width; ++i) {
      if (winners[i] < 0) continue;
      const std::size_t t = i / width * tokens + static_cast<std::size_t>(winners[i]);
      dx.data()[t * width + i % width] = dy.data()[i];
    }
  });
  return dx;
}

}  // namespace

Tensor max_over_time(const Tensor& x, const Mask& mask) {  // [B, T, D], [B, T] -> [B, D]
  const ProfileSpan span("max_over_time");
  check_shape(x.dim() == 3, "max_over_time", "x", x.shape(), "[B, T, D]");
  const Shape mask_shape(mask.shape().begin(), mask.shape().end());
  if (mask_shape != Shape{x.size(0), x.size(1)}) {
    check_shape(false, "max_over_time", "mask", mask_shape,
                fmt::format("[{}, {}] (x is {})", x.size(0), x.size(1), to_string(x.shape())));
  }
  auto [y, winners] = forward(x.value(), mask);
  if (!recording(x)) return Tensor(std::move(y));
  return record(
      "max_over_time", {x}, Tensor(std::move(y)), {},
      [won = std::move(winners), shape = x.shape()](const Array& dy, const Saved&, Sink& sink) {
        if (sink.wants(0)) sink.add(0, gradient(dy, won, shape));
      });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto without = [](const Mask& mask) {
  return [mask](const std::vector<Tensor>& x) { return max_over_time(x[0], mask); };
};
const Mask ragged = {
    {false, false, true, false}, {true, true, true, true}, {true, false, true, true}};
const bool samples =
    add_samples("max_over_time",
                {{"ragged, one sequence masked whole", {distinct({3, 4, 2})}, without(ragged)},
                 {"nothing masked", {distinct({2, 3, 5})}, without(Mask(Shape{2, 3}, false))},
                 {"size 1", {distinct({1, 1, 1})}, without(Mask(Shape{1, 1}, false))},
                 {"no tokens", {distinct({2, 0, 3})}, without(Mask::from_shape({2, 0}))},
                 {"no sequences", {distinct({0, 2, 3})}, without(Mask::from_shape({0, 2}))},
                 {"no width", {distinct({3, 4, 0})}, without(ragged)}},
                {{"max_over_time: x has shape [3, 4], [B, T, D] is wanted",
                  [] {
                    max_over_time(Tensor(zeros({3, 4})), ragged);
                  }},
                 {"max_over_time: mask has shape [3, 4], [4, 3] (x is [4, 3, 2]) is wanted", [] {
                    max_over_time(Tensor(zeros({4, 3, 2})), ragged);
                  }}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
