// Adagrad, for dense and row gradients alike.
#pragma once

#include <memory>
#include <tapegrad/optim/optimizer.hpp>

namespace tapegrad {

struct AdagradOptions {
  double lr = 0.01;
  /// Step t is taken at lr / (1 + (t - 1) lr_decay).
  double lr_decay = 0.0;
  /// L2: weight_decay times the parameter is added to its gradient. With RowPolicy::lazy only to
  /// that of touched rows; RowPolicy::exact is RowPolicy::dense then.
  double weight_decay = 0.0;
  /// What the sums of squares begin with.
  double initial_accumulator_value = 0.0;
  double eps = 1e-10;
  /// Without weight decay all policies do the same: rows without a gradient rest.
  RowPolicy row_policy = RowPolicy::exact;
};

inline namespace TAPEGRAD_PRECISION {

std::unique_ptr<const UpdateRule> make_rule(const AdagradOptions& options);

/// Adagrad (Duchi et al., 2011), torch.optim.Adagrad: with g the gradient plus decay,
///   s = s + g²,  x -= lr / (1 + (t - 1) lr_decay) * g / (sqrt(s) + eps).
/// Throws std::invalid_argument for a negative or not finite number, and for no parameters; a
/// parameter given twice counts once.
using Adagrad = OptimizerWith<AdagradOptions>;

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
