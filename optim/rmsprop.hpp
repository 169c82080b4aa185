// RMSprop, for dense and row gradients alike.
#pragma once

#include <memory>
#include <tapegrad/optim/optimizer.hpp>

namespace tapegrad {

struct RMSpropOptions {
  double lr = 0.01;
  double alpha = 0.99;
  double eps = 1e-8;
  /// L2: weight_decay times the parameter is added to its gradient. With RowPolicy::lazy only to
  /// that of touched rows; RowPolicy::exact is RowPolicy::dense then.
  double weight_decay = 0.0;
  double momentum = 0.0;
  /// Divides by the deviation of the gradient instead of its size.
  bool centered = false;
  RowPolicy row_policy = RowPolicy::exact;
};

inline namespace TAPEGRAD_PRECISION {

std::unique_ptr<const UpdateRule> make_rule(const RMSpropOptions& options);

/// RMSprop (Hinton, 2012), torch.optim.RMSprop: with g the gradient plus decay,
///   v = alpha v + (1 - alpha) g²,  and if centered  a = alpha a + (1 - alpha) g,
///   d = g / (sqrt(v) + eps),       or  g / (sqrt(max(0, v - a²)) + eps),
///   b = momentum b + d,  x -= lr b;   without momentum x -= lr d.
/// Throws std::invalid_argument for a negative or not finite number, an alpha outside [0, 1), and
/// for no parameters; a parameter given twice counts once.
using RMSprop = OptimizerWith<RMSpropOptions>;

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
