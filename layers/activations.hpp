// Activation functions as layers, for Sequential. Any shape -> the same shape.
#pragma once

#include <tapegrad/core/ops.hpp>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// torch.nn.ReLU.
struct ReLU {
  Tensor operator()(const Tensor& x) const { return relu(x); }
  static void visit(auto&, auto&&) {}
};

/// torch.nn.GELU, with the exact normal distribution function.
struct GELU {
  Tensor operator()(const Tensor& x) const { return gelu(x); }
  static void visit(auto&, auto&&) {}
};

/// torch.nn.Tanh.
struct Tanh {
  Tensor operator()(const Tensor& x) const { return tanh(x); }
  static void visit(auto&, auto&&) {}
};

/// torch.nn.Sigmoid.
struct Sigmoid {
  Tensor operator()(const Tensor& x) const { return sigmoid(x); }
  static void visit(auto&, auto&&) {}
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
