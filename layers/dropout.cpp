#include <tapegrad/layers/dropout.hpp>

#include <fmt/core.h>

#include <stdexcept>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Dropout::Dropout(double p_) : p(p_) {
  if (!(p >= 0 && p <= 1)) {
    throw std::invalid_argument(fmt::format("Dropout: p is {}, must be in [0, 1]", p));
  }
}

Tensor Dropout::operator()(const Tensor& x, const Context& context) const {
  return dropout(x, p, context);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
