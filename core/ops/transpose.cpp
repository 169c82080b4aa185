#include <algorithm>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// One [N, middle, M, inner] as [M, middle, N, inner].
void swap_block(const Real* x, Real* y, std::size_t n, std::size_t middle, std::size_t m,
                std::size_t inner) {
  for (std::size_t k = 0; k < m; ++k) {
    for (std::size_t j = 0; j < middle; ++j) {
      for (std::size_t i = 0; i < n; ++i) {
        y = std::copy_n(x + ((i * middle + j) * m + k) * inner, inner, y);
      }
    }
  }
}

// Its own inverse: backward swaps the same two axes again. first < second.
Array swapped(const Array& x, std::size_t first, std::size_t second) {
  Shape shape = x.shape();
  std::swap(shape[first], shape[second]);
  Array y(shape);
  if (y.size() == 0) return y;
  const AxisView n = around(x.shape(), first);
  const AxisView m = around(x.shape(), second);
  const std::size_t middle = m.outer / (n.outer * n.size);
  const std::size_t block = n.size * n.inner;
  parallel_ranges(n.outer, block, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      swap_block(x.data() + i * block, y.data() + i * block, n.size, middle, m.size, m.inner);
    }
  });
  return y;
}

}  // namespace

Tensor transpose(const Tensor& x, int axis1, int axis2) {  // [..., N, ..., M, ...] -> swapped
  const ProfileSpan span("transpose");
  const std::size_t first = axis_of("transpose", axis1, x.dim());
  const std::size_t second = axis_of("transpose", axis2, x.dim());
  if (first == second) return x;
  const auto [low, high] = std::minmax(first, second);
  return record("transpose", {x}, Tensor(swapped(x.value(), low, high)), {},
                [low = low, high = high](const Array& dy, const Saved&, Sink& sink) {
                  if (sink.wants(0)) sink.add(0, swapped(dy, low, high));
                });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto axes = [](int first, int second) {
  return [first, second](const std::vector<Tensor>& x) { return transpose(x[0], first, second); };
};
const auto given = [] { return Tensor(zeros({2, 3})); };
const bool samples =
    add_samples("transpose",
                {{"a matrix", {distinct({2, 3})}, [](const auto& x) { return transpose(x[0]); }},
                 {"a batch of matrices", {distinct({2, 3, 4})}, axes(1, 2)},
                 {"the outermost and the innermost", {distinct({2, 3, 4})}, axes(-1, 0)},
                 {"heads and tokens", {distinct({2, 3, 4, 2})}, axes(1, 2)},
                 {"around two axes", {distinct({2, 3, 1, 2, 2})}, axes(0, 3)},
                 {"an axis with itself", {distinct({2, 3})}, axes(1, -1)},
                 {"size 1", {distinct({1, 1})}, axes(0, 1)},
                 {"nothing", {distinct({2, 0, 3})}, axes(0, 1)}},
                {{"transpose: axis 2 is out of range [-2, 2) for 2 dimensions",
                  [] { transpose(given(), 0, 2); }},
                 {"transpose: axis -3 is out of range [-2, 2) for 2 dimensions",
                  [] { transpose(given(), -3, 0); }},
                 {"transpose: axis -2 is out of range [-1, 1) for 1 dimensions",
                  [] { transpose(Tensor(zeros({3}))); }}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
