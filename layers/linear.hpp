// The fully connected layer.
#pragma once

#include <cstddef>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parameter.hpp>
#include <tapegrad/core/rng.hpp>

namespace tapegrad {

struct LinearOptions {
  bool bias = true;
};

inline namespace TAPEGRAD_PRECISION {

/// x W^T + b, torch.nn.Linear: [..., in] -> [..., out].
struct Linear {
  Parameter weight;  // [out, in]
  Parameter bias;    // [out], or undefined

  /// Weight and bias are drawn from U(±1 / sqrt(in)).
  Linear(std::size_t in, std::size_t out, Rng& rng, const LinearOptions& options = {});
  /// Shares these parameters.
  explicit Linear(Parameter weight_, Parameter bias_ = {});

  Tensor operator()(const Tensor& x) const;

  static void visit(auto& self, auto&& v) {
    v("weight", self.weight);
    v("bias", self.bias);
  }
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
