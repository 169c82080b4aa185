// Adam and AdamW, for dense and row gradients alike.
#pragma once

#include <tapegrad/optim/optimizer.hpp>
#include <vector>

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
  RowPolicy row_policy = RowPolicy::exact;
};

inline namespace TAPEGRAD_PRECISION {

/// Adam (Kingma and Ba, 2015), torch.optim.Adam: in step t, with g the gradient (plus L2 decay),
///   m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g²,
///   x -= lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps).
/// Throws std::invalid_argument for a negative lr, eps or weight decay, a beta outside [0, 1), or
/// no parameters; a parameter given twice counts once.
class Adam : public Optimizer {
 public:
  explicit Adam(std::vector<NamedParameter> parameters, const AdamOptions& options = {});
  /// For all parameters of a model.
  template <class Model>
  requires(!IsParameter<Model>) explicit Adam(const Model& model, const AdamOptions& options = {})
      : Adam(tapegrad::parameters(model), options) {}

 protected:
  Adam(const char* name, std::vector<NamedParameter> parameters, const AdamOptions& options,
       bool decoupled);

 private:
  void update(Parameter& p, const Gradient& gradient, OptimizerState& state) override;
  void check_options() const override;
  std::unique_ptr<Drift> make_drift() const override;

  AdamOptions options_;  // its lr is that of the beginning
  bool decoupled_;
};

/// AdamW (Loshchilov and Hutter, 2019), torch.optim.AdamW: Adam, with x -= lr * weight_decay * x
/// beside it. Errors as Adam's.
class AdamW : public Adam {
 public:
  explicit AdamW(std::vector<NamedParameter> parameters, const AdamWOptions& options = {});
  /// For all parameters of a model.
  template <class Model>
  requires(!IsParameter<Model>) explicit AdamW(const Model& model, const AdamWOptions& options = {})
      : AdamW(tapegrad::parameters(model), options) {}
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
