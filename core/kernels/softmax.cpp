#include <tapegrad/core/kernels/softmax.hpp>

#include <cmath>
#include <limits>
#include <tapegrad/core/kernels/lines.hpp>
#include <tapegrad/core/kernels/simd.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

Real largest(const Real* line, const AxisView& view) {
  Real largest = -std::numeric_limits<Real>::infinity();
  for (std::size_t j = 0; j < view.size; ++j) {
    if (line[j * view.inner] > largest) largest = line[j * view.inner];
  }
  return largest;
}

}  // namespace

Array softmax(const Array& x, const AxisView& view) {
  Array y(x.shape());
  for_each_line(view, [&](std::size_t start) {
    const Real* from = x.data() + start;
    Real* to = y.data() + start;
    if (view.inner == 1) return simd().softmax(from, to, view.size);
    const Real shift = largest(from, view);
    Real total = 0;
    for (std::size_t j = 0; j < view.size; ++j) {
      to[j * view.inner] = std::exp(from[j * view.inner] - shift);
      total += to[j * view.inner];
    }
    for (std::size_t j = 0; j < view.size; ++j) to[j * view.inner] /= total;
  });
  return y;
}

Array log_softmax(const Array& x, const AxisView& view) {
  Array y(x.shape());
  for_each_line(view, [&](std::size_t start) {
    const Real* from = x.data() + start;
    Real* to = y.data() + start;
    if (view.inner == 1) return simd().log_softmax(from, to, view.size);
    const Real shift = largest(from, view);
    Real total = 0;
    for (std::size_t j = 0; j < view.size; ++j) total += std::exp(from[j * view.inner] - shift);
    const Real log_total = std::log(total);
    for (std::size_t j = 0; j < view.size; ++j) {
      to[j * view.inner] = from[j * view.inner] - shift - log_total;
    }
  });
  return y;
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
