// Adam and AdamW, for dense and row gradients alike.
#pragma once

#include <memory>
#include <tapegrad/optim/optimizer.hpp>

namespace tapegrad {

struct AdamOptions {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  /// L2: weight_decay times the parameter is added to its gradient, and so passes through the
  /// moments. It gives every row a gradient: with RowPolicy::lazy only touched rows see it, and
  /// RowPolicy::exact is RowPolicy::dense.
  double weight_decay = 0.0;
  bool amsgrad = false;
  RowPolicy row_policy = RowPolicy::exact;
};

struct AdamWOptions {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  /// Decoupled: every step takes lr * weight_decay times the parameter off it, outside the moments.
  /// With RowPolicy::lazy only touched rows decay. RowPolicy::exact wants lr * weight_decay
  /// below 1: a step with more throws std::invalid_argument.
  double weight_decay = 0.01;
  bool amsgrad = false;
  RowPolicy row_policy = RowPolicy::exact;
};

inline namespace TAPEGRAD_PRECISION {

std::unique_ptr<const UpdateRule> make_rule(const AdamOptions& options);
std::unique_ptr<const UpdateRule> make_rule(const AdamWOptions& options);

/// Adam (Kingma and Ba, 2015), torch.optim.Adam: in step t, with g the gradient (plus L2 decay),
///   m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g²,
///   x -= lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps);
/// with amsgrad (Reddi et al., 2018) the largest v so far takes the place of v in the last line.
/// Throws std::invalid_argument for a negative lr, eps or weight decay, a beta outside [0, 1), or
/// no parameters; a parameter given twice counts once.
using Adam = OptimizerWith<AdamOptions>;

/// AdamW (Loshchilov and Hutter, 2019), torch.optim.AdamW: Adam, with x -= lr * weight_decay * x
/// beside it. Errors as Adam's.
using AdamW = OptimizerWith<AdamWOptions>;

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
