// Stochastic gradient descent, for dense and row gradients alike.
#pragma once

#include <memory>
#include <tapegrad/optim/optimizer.hpp>

namespace tapegrad {

struct SGDOptions {
  double lr = 1e-3;
  double momentum = 0.0;
  /// The share of the gradient that momentum leaves out, except in the first step.
  double dampening = 0.0;
  bool nesterov = false;
  /// L2: weight_decay times the parameter is added to its gradient. With RowPolicy::lazy only to
  /// that of touched rows; RowPolicy::exact is RowPolicy::dense then.
  double weight_decay = 0.0;
  RowPolicy row_policy = RowPolicy::exact;
};

inline namespace TAPEGRAD_PRECISION {

std::unique_ptr<const UpdateRule> make_rule(const SGDOptions& options);

/// Gradient descent with momentum, torch.optim.SGD: with g the gradient plus decay,
///   b = momentum b + (1 - dampening) g   (b = g in the first step),
///   x -= lr * (nesterov ? g + momentum b : b);  without momentum x -= lr * g.
/// Throws std::invalid_argument for a negative or not finite number, for nesterov without momentum
/// or with dampening, and for no parameters; a parameter given twice counts once.
using SGD = OptimizerWith<SGDOptions>;

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
