#include <tapegrad/core/tensor.hpp>

#include <fmt/core.h>

#include <stdexcept>

namespace tapegrad::inline TAPEGRAD_PRECISION {

void Tensor::throw_undefined() {
  throw std::logic_error("Tensor: undefined (default-constructed) where a value is needed");
}

Real Tensor::item() const {
  if (value().size() != 1) {
    throw std::logic_error(
        fmt::format("Tensor::item: wants one element, the shape is {}", to_string(shape())));
  }
  return value().data()[0];
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
