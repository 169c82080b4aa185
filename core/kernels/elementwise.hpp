// Functions of one element at a time, over whole arrays and in parallel.
#pragma once

#include <cstddef>
#include <tapegrad/core/array.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/shapes.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// y[i] = f(i) for each flat position i of an array of this shape.
template <class F>
Array generate(const Shape& shape, F f) {
  Array y(shape);
  Real* to = y.data();
  parallel_ranges(y.size(), 2, [to, &f](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) to[i] = f(i);
  });
  return y;
}

/// y = f(x), element by element.
template <class F>
Array map(const Array& x, F f) {
  return generate(x.shape(), [from = x.data(), f](std::size_t i) { return f(from[i]); });
}

/// y = f(a, b), element by element, for two arrays of one shape.
template <class F>
Array map(const Array& a, const Array& b, F f) {
  return generate(a.shape(), [from_a = a.data(), from_b = b.data(), f](std::size_t i) {
    return f(from_a[i], from_b[i]);
  });
}

namespace broadcasting {

/// y[i] = f(a, b), n times; the steps, 0 or 1, say whether a and b move on.
template <class F>
void broadcast_run(const Real* a, std::size_t a_step, const Real* b, std::size_t b_step, Real* y,
                   std::size_t n, F f) {
  if (a_step == b_step) {
    for (std::size_t i = 0; i < n; ++i) y[i] = f(a[i], b[i]);
  } else if (a_step == 0) {
    const Real same = *a;
    for (std::size_t i = 0; i < n; ++i) y[i] = f(same, b[i]);
  } else {
    const Real same = *b;
    for (std::size_t i = 0; i < n; ++i) y[i] = f(a[i], same);
  }
}

template <class F>
Array broadcast_unequal(const Array& a, const Array& b, const Shape& shape, F f) {
  const std::vector<BroadcastRun> runs = broadcast_runs(a.shape(), b.shape());
  const BroadcastRun& last = runs.back();
  Array y(shape);
  if (runs.size() == 1) {
    parallel_ranges(y.size(), 2, [&](std::size_t begin, std::size_t end) {
      broadcast_run(a.data() + begin * last.a_step, last.a_step, b.data() + begin * last.b_step,
                    last.b_step, y.data() + begin, end - begin, f);
    });
    return y;
  }
  parallel_ranges(y.size() / last.size, 2 * last.size, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      std::size_t a_at = 0;
      std::size_t b_at = 0;
      std::size_t rest = i;
      for (std::size_t r = runs.size() - 1; r-- > 0; rest /= runs[r].size) {
        const std::size_t step = rest % runs[r].size;
        a_at += step * runs[r].a_step;
        b_at += step * runs[r].b_step;
      }
      broadcast_run(a.data() + a_at, last.a_step, b.data() + b_at, last.b_step,
                    y.data() + i * last.size, last.size, f);
    }
  });
  return y;
}

}  // namespace broadcasting

/// y = f(a, b), element by element, for two arrays whose shapes broadcast as NumPy's do; if they do
/// not, ShapeError with the operation's name.
template <class F>
Array broadcast(const char* operation, const Array& a, const Array& b, F f) {
  if (a.shape() == b.shape()) return map(a, b, f);
  const Shape shape = broadcast_shape(operation, a.shape(), b.shape());
  if (count(shape) == 0) return Array(shape);
  return broadcasting::broadcast_unequal(a, b, shape, f);
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
