#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>
#include <tapegrad/core/kernels/matmul.hpp>
#include <tapegrad/core/kernels/sums.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>

// A window is k rows of x, which lie one behind the other in memory: row t of the matrix of all
// windows begins one row of x behind row t - 1. A matrix product takes no rows that overlap, but
// every k-th window does not overlap the one before it. So the windows 0, k, 2k, ... are one
// product on x as it lies there, the windows 1, k + 1, ... the next, and nothing is unfolded.

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// All sequences as one, `step` rows apart, with zeros between them that neighbours share. The
// windows that reach over two sequences are computed too, and left out.
struct Layout {
  std::size_t batch, tokens, width, out, k, padding;

  std::size_t windows() const { return tokens + 2 * padding + 1 - k; }  // of a sequence
  std::size_t step() const { return std::max(tokens + padding, windows()); }
  std::size_t all_windows() const { return batch == 0 ? 0 : (batch - 1) * step() + windows(); }
  std::size_t rows() const { return all_windows() + (batch == 0 ? 0 : k - 1); }
  bool gaps() const { return step() != windows(); }
};

Layout check(const Tensor& x, const Tensor& weight, const Tensor& bias, Index padding) {
  check_shape(weight.dim() == 3 && weight.size(2) > 0, "conv1d", "weight", weight.shape(),
              "[out, D, k], k 1 or more,");
  const std::size_t out = weight.size(0);
  const std::size_t width = weight.size(1);
  const std::size_t k = weight.size(2);
  if (padding < 0) {
    throw std::invalid_argument(fmt::format("conv1d: padding is {}, must be 0 or more", padding));
  }
  const auto zeros_before = static_cast<std::size_t>(padding);
  if (x.dim() != 3 || x.size(2) != width || x.size(1) + 2 * zeros_before < k) {
    check_shape(false, "conv1d", "x", x.shape(),
                fmt::format("[B, T, {}] with T + 2 padding at least {} (weight is {}, padding {})",
                            width, k, to_string(weight.shape()), padding));
  }
  if (bias.defined() && bias.shape() != Shape{out}) {
    check_shape(false, "conv1d", "bias", bias.shape(), fmt::format("[{}]", out));
  }
  return {x.size(0), x.size(1), width, out, k, zeros_before};
}

// Each [rows, columns] matrix of a stack, transposed.
Array transposed(const Array& x, std::size_t rows, std::size_t columns) {
  Array y(Shape{x.shape()[0], columns, rows});
  parallel_ranges(x.shape()[0], rows * columns, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const Real* from = x.data() + i * rows * columns;
      Real* to = y.data() + i * rows * columns;
      for (std::size_t c = 0; c < columns; ++c) {
        for (std::size_t r = 0; r < rows; ++r) *to++ = from[r * columns + c];
      }
    }
  });
  return y;
}

// Copies `length` numbers of each sequence.
void copy_sequences(std::size_t batch, std::size_t length, const Real* from, std::size_t from_step,
                    Real* to, std::size_t to_step) {
  parallel_ranges(batch, length, [&](std::size_t begin, std::size_t end) {
    for (std::size_t b = begin; b < end; ++b) {
      std::copy_n(from + b * from_step, length, to + b * to_step);
    }
  });
}

// x [B, T, D] with zeros around each sequence: [rows, D].
Array padded(const Layout& at, const Array& x) {
  const std::size_t length = at.tokens * at.width;
  Array y = zeros({at.rows(), at.width});
  copy_sequences(at.batch, length, x.data(), length, y.data() + at.padding * at.width,
                 at.step() * at.width);
  return y;
}

// What padded did, taken back.
Array unpadded(const Layout& at, Array y) {
  const Shape shape{at.batch, at.tokens, at.width};
  if (at.padding == 0) {
    y.reshape(shape);
    return y;
  }
  const std::size_t length = at.tokens * at.width;
  Array x(shape);
  copy_sequences(at.batch, length, y.data() + at.padding * at.width, at.step() * at.width, x.data(),
                 length);
  return x;
}

// Values of all windows [windows, out] -> [B, windows of a sequence, out].
Array without_gaps(const Layout& at, Array z) {
  const Shape shape{at.batch, at.windows(), at.out};
  if (!at.gaps()) {
    z.reshape(shape);
    return z;
  }
  const std::size_t length = at.windows() * at.out;
  Array y(shape);
  copy_sequences(at.batch, length, z.data(), at.step() * at.out, y.data(), length);
  return y;
}

// The other way round, zeros for the windows over two sequences.
Array with_gaps(const Layout& at, const Array& dy) {
  const std::size_t length = at.windows() * at.out;
  Array dz = zeros({at.all_windows(), at.out});
  copy_sequences(at.batch, length, dy.data(), length, dz.data(), at.step() * at.out);
  return dz;
}

// Calls body(first, n) for each set of n windows that do not overlap: first, first + k, ...
template <class Body>
void for_each_phase(const Layout& at, const Body& body) {
  const std::size_t all = at.all_windows();
  for (std::size_t first = 0; first < std::min(at.k, all); ++first) {
    body(first, (all - first + at.k - 1) / at.k);
  }
}

// x [rows, D], weight [out, k, D] -> [windows, out].
Array forward(const Layout& at, const Real* x, const Array& weight, const Tensor& bias) {
  const std::size_t size = at.k * at.width;
  Array z(Shape{at.all_windows(), at.out});
  if (bias.defined()) {
    copy_sequences(at.all_windows(), at.out, bias.value().data(), 0, z.data(), at.out);
  }
  for_each_phase(at, [&](std::size_t first, std::size_t n) {
    matmul(n, at.out, size, {x + first * at.width, size}, {weight.data(), size, true},
           z.data() + first * at.out, at.k * at.out, bias.defined());
  });
  return z;
}

// dz [windows, out], weight [out, k, D] -> [rows, D].
Array input_gradient(const Layout& at, const Real* dz, const Array& weight) {
  const std::size_t size = at.k * at.width;
  Array dx = zeros({at.rows(), at.width});
  for_each_phase(at, [&](std::size_t first, std::size_t n) {
    matmul(n, size, at.out, {dz + first * at.out, at.k * at.out}, {weight.data(), size},
           dx.data() + first * at.width, size, true);
  });
  return dx;
}

// dz [windows, out], x [rows, D] -> [out, k, D].
Array weight_gradient(const Layout& at, const Real* dz, const Real* x) {
  const std::size_t size = at.k * at.width;
  Array dw = zeros({at.out, at.k, at.width});
  for_each_phase(at, [&](std::size_t first, std::size_t n) {
    matmul(at.out, size, n, {dz + first * at.out, at.k * at.out, true},
           {x + first * at.width, size}, dw.data(), size, true);
  });
  return dw;
}

void backward(const Layout& at, const Array& dy, const Saved& s, Sink& sink) {
  Array spread;
  const Real* dz = at.gaps() ? (spread = with_gaps(at, dy)).data() : dy.data();
  if (sink.wants(0)) {
    sink.add(0, unpadded(at, input_gradient(at, dz, transposed(s[1], at.width, at.k))));
  }
  if (sink.wants(1)) {
    Array zeros_around;
    const Real* x = at.padding > 0 ? (zeros_around = padded(at, s[0])).data() : s[0].data();
    sink.add(1, transposed(weight_gradient(at, dz, x), at.k, at.width));
  }
  if (sink.wants(2)) {
    Array sums(Shape{at.out});
    sum_columns(dy.data(), at.batch * at.windows(), at.out, sums.data());
    sink.add(2, std::move(sums));
  }
}

}  // namespace

// [B, T, D], [out, D, k], [out] -> [B, T + 2 padding - k + 1, out]
Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias, Index padding) {
  const ProfileSpan span("conv1d");
  const Layout at = check(x, weight, bias, padding);
  Array zeros_around;
  const Real* from =
      at.padding > 0 ? (zeros_around = padded(at, x.value())).data() : x.value().data();
  Array z = forward(at, from, transposed(weight.value(), at.width, at.k), bias);
  return record("conv1d", {x, weight, bias}, Tensor(without_gaps(at, std::move(z))),
                saved(x, weight),
                [at](const Array& dy, const Saved& s, Sink& sink) { backward(at, dy, s, sink); });
}

Mask window_mask(const Mask& mask, Index width, Index padding) {
  const ProfileSpan span("window_mask");
  if (width < 1 || padding < 0) {
    throw std::invalid_argument(fmt::format(
        "window_mask: width {} and padding {}, must be 1 or more and 0 or more", width, padding));
  }
  const Shape shape(mask.shape().begin(), mask.shape().end());
  const auto positions = shape.size() == 2 ? static_cast<Index>(shape[1]) : 0;
  const Index windows = positions + 2 * padding + 1 - width;
  if (shape.size() != 2 || windows < 1) {
    check_shape(false, "window_mask", "mask", shape,
                fmt::format("[B, T] with T + 2 padding at least {} (padding {})", width, padding));
  }
  Mask result = Mask::from_shape({shape[0], static_cast<std::size_t>(windows)});
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto b = static_cast<Index>(i) / windows;
    const Index first = static_cast<Index>(i) % windows - padding;
    const bool* row = mask.data() + b * positions;
    result.data()[i] = std::all_of(row + std::clamp<Index>(first, 0, positions),
                                   row + std::clamp<Index>(first + width, 0, positions),
                                   [](bool masked) { return masked; });
  }
  return result;
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto call = [](const std::vector<Tensor>& x) {
  return conv1d(x[0], x[1], x.size() > 2 ? x[2] : Tensor());
};
const auto with_padding = [](Index padding) {
  return [padding](const std::vector<Tensor>& x) { return conv1d(x[0], x[1], x[2], padding); };
};
const auto given = [](const Shape& shape) { return Tensor(zeros(shape)); };
std::vector<Array> inputs(const Shape& x, const Shape& weight) {
  return {distinct(x), distinct(weight, 1), distinct({weight[0]}, 2)};
}
const Mask pairs = {{true, true}, {true, false}, {false, false}};
const bool samples = add_samples(
    "conv1d",
    {{"a batch", inputs({3, 5, 2}, {4, 2, 3}), call},
     {"without bias", {distinct({3, 5, 2}), distinct({4, 2, 3}, 1)}, call},
     {"one window", inputs({2, 3, 2}, {2, 2, 3}), call},
     {"windows of one position", inputs({2, 3, 2}, {3, 2, 1}), call},
     {"some padding", inputs({2, 4, 3}, {2, 3, 4}), with_padding(1)},
     {"every window that holds a position", inputs({3, 2, 2}, {2, 2, 4}), with_padding(3)},
     {"windows of zeros only", inputs({2, 1, 2}, {2, 2, 2}), with_padding(3)},
     {"no sequences", inputs({0, 4, 2}, {3, 2, 2}), with_padding(1)},
     {"no tokens", inputs({2, 0, 2}, {3, 2, 2}), with_padding(1)},
     {"no width", inputs({2, 4, 0}, {3, 0, 2}), call},
     {"no filters", inputs({2, 4, 2}, {0, 2, 2}), call},
     {"size 1", inputs({1, 1, 1}, {1, 1, 1}), call},
     {"x is the weight too",
      {distinct({2, 2, 2})},
      [](const auto& x) { return conv1d(x[0], x[0]); }}},
    {{"conv1d: x has shape [2, 5, 4], [B, T, 3] with T + 2 padding at least 2 (weight is "
      "[6, 3, 2], padding 0) is wanted",
      [] {
        conv1d(given({2, 5, 4}), given({6, 3, 2}));
      }},
     {"conv1d: x has shape [2, 1, 3], [B, T, 3] with T + 2 padding at least 4 (weight is "
      "[6, 3, 4], padding 1) is wanted",
      [] {
        conv1d(given({2, 1, 3}), given({6, 3, 4}), {}, 1);
      }},
     {"conv1d: x has shape [5, 3], [B, T, 3] with",
      [] {
        conv1d(given({5, 3}), given({6, 3, 2}));
      }},
     {"conv1d: weight has shape [6, 3], [out, D, k], k 1 or more, is wanted",
      [] {
        conv1d(given({2, 5, 3}), given({6, 3}));
      }},
     {"conv1d: weight has shape [6, 3, 0], [out, D, k], k 1 or more, is wanted",
      [] {
        conv1d(given({2, 5, 3}), given({6, 3, 0}));
      }},
     {"conv1d: bias has shape [3], [6] is wanted",
      [] {
        conv1d(given({2, 5, 3}), given({6, 3, 2}), given({3}));
      }},
     {"conv1d: padding is -1, must be 0 or more",
      [] {
        conv1d(given({2, 5, 3}), given({6, 3, 2}), {}, -1);
      }},
     {"window_mask: mask has shape [3, 2], [B, T] with T + 2 padding at least 5 (padding 1) is "
      "wanted",
      [] { window_mask(pairs, 5, 1); }},
     {"window_mask: mask has shape [2], [B, T] with T",
      [] {
        window_mask(Mask{true, false}, 1);
      }},
     {"window_mask: width 0 and padding 2, must be 1 or more and 0 or more",
      [] { window_mask(pairs, 0, 2); }}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
