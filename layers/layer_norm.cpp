#include <tapegrad/layers/layer_norm.hpp>

#include <tapegrad/core/shapes.hpp>
#include <utility>

namespace tapegrad::inline TAPEGRAD_PRECISION {

LayerNorm::LayerNorm(Shape shape, const LayerNormOptions& options)
    : normalized_shape(std::move(shape)), eps(options.eps) {
  check_shape(!normalized_shape.empty(), "LayerNorm", "normalized_shape", normalized_shape,
              "at least one dimension");
  if (!options.elementwise_affine) return;
  weight = Parameter(full(normalized_shape, 1));
  bias = Parameter(zeros(normalized_shape));
}

Tensor LayerNorm::operator()(const Tensor& x) const {
  return layer_norm(x, normalized_shape, weight, bias, eps);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
