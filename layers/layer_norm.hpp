// Layer normalization as a layer.
#pragma once

#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parameter.hpp>

namespace tapegrad {

struct LayerNormOptions {
  double eps = 1e-5;
  /// Whether there are weight and bias at all.
  bool elementwise_affine = true;
};

inline namespace TAPEGRAD_PRECISION {

/// Shifts and scales the last dimensions to mean 0 and variance 1, then by learned factors and
/// offsets, torch.nn.LayerNorm: [..., normalized_shape] -> the same.
struct LayerNorm {
  Parameter weight;  // [normalized_shape], or undefined
  Parameter bias;    // [normalized_shape], or undefined
  Shape normalized_shape;
  double eps;

  /// Weight is 1, bias 0. Throws ShapeError when the shape has no dimensions.
  explicit LayerNorm(Shape shape, const LayerNormOptions& options = {});
  /// Over the last dimension, of this width.
  explicit LayerNorm(std::size_t width, const LayerNormOptions& options = {})
      : LayerNorm(Shape{width}, options) {}

  Tensor operator()(const Tensor& x) const;

  static void visit(auto& self, auto&& v) {
    v("weight", self.weight);
    v("bias", self.bias);
  }
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
