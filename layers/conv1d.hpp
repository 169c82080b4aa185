// The convolution over sequences.
#pragma once

#include <cstddef>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parameter.hpp>
#include <tapegrad/core/rng.hpp>

namespace tapegrad {

struct Conv1dOptions {
  /// Rows of zeros before and behind each sequence.
  Index padding = 0;
  bool bias = true;
};

inline namespace TAPEGRAD_PRECISION {

/// Filters over windows of k positions, torch.nn.Conv1d with stride 1, but of sequences as
/// [B, T, in] -> [B, T + 2 padding - k + 1, out].
struct Conv1d {
  Parameter weight;  // [out, in, k]
  Parameter bias;    // [out], or undefined
  Index padding = 0;

  /// Weight and bias are drawn from U(±1 / sqrt(in k)). Throws std::invalid_argument when k is 0.
  Conv1d(std::size_t in, std::size_t out, std::size_t kernel_size, Rng& rng,
         const Conv1dOptions& options = {});
  /// Shares these parameters.
  explicit Conv1d(Parameter weight_, Parameter bias_ = {}, Index padding_ = 0);

  Index kernel_size() const { return static_cast<Index>(weight.shape()[2]); }
  Tensor operator()(const Tensor& x) const;

  static void visit(auto& self, auto&& v) {
    v("weight", self.weight);
    v("bias", self.bias);
  }
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
