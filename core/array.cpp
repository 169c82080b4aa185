#include <tapegrad/core/array.hpp>

#include <algorithm>
#include <functional>
#include <numeric>

#include <fmt/ranges.h>

namespace tapegrad {

std::string to_string(const Shape& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

std::size_t count(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

inline namespace TAPEGRAD_PRECISION {

Array full(const Shape& shape, Real value) {
  Array a(shape);
  std::fill(a.data(), a.data() + a.size(), value);
  return a;
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
