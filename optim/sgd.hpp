// Stochastic gradient descent, for dense and row gradients alike.
#pragma once

#include <tapegrad/optim/optimizer.hpp>
#include <vector>

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

/// Gradient descent with momentum, torch.optim.SGD: with g the gradient plus decay,
///   b = momentum b + (1 - dampening) g   (b = g in the first step),
///   x -= lr * (nesterov ? g + momentum b : b);  without momentum x -= lr * g.
/// Throws std::invalid_argument for a negative or not finite number, for nesterov without momentum
/// or with dampening, and for no parameters; a parameter given twice counts once.
class SGD : public Optimizer {
 public:
  explicit SGD(std::vector<NamedParameter> parameters, const SGDOptions& options = {});
  /// For all parameters of a model.
  template <class Model>
  requires(!IsParameter<Model>) explicit SGD(const Model& model, const SGDOptions& options = {})
      : SGD(tapegrad::parameters(model), options) {}

 private:
  void update(Parameter& p, const Gradient& gradient, OptimizerState& state) override;
  std::unique_ptr<Drift> make_drift() const override;

  SGDOptions options_;  // its lr is that of the beginning
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
