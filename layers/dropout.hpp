// Dropout as a layer.
#pragma once

#include <tapegrad/core/ops.hpp>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// In training, zeroes each element with probability p and scales the others by 1 / (1 - p), with
/// the context's random numbers; otherwise the identity. torch.nn.Dropout.
struct Dropout {
  double p;

  /// Throws std::invalid_argument when p is not in [0, 1].
  explicit Dropout(double p_ = 0.5);

  Tensor operator()(const Tensor& x, const Context& context) const;

  static void visit(auto&, auto&&) {}
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
