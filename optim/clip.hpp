// Clipping of gradients, between Tape::backward and Optimizer::step.
#pragma once

#include <tapegrad/core/gradient.hpp>
#include <tapegrad/core/visit.hpp>
#include <vector>

namespace tapegrad {

struct ClipOptions {
  /// Which norm: 2, 1, any other number above 0, or infinity for the largest absolute value.
  double norm_type = 2;
  /// A norm that is infinite or NaN is an error. Otherwise it goes into the gradients: all become
  /// NaN if it is NaN; if it is infinite, infinite ones become NaN and others 0.
  bool error_if_nonfinite = true;
};

inline namespace TAPEGRAD_PRECISION {

/// Multiplies the gradients of these parameters by min(1, max_norm / (norm + 1e-6)), as
/// torch.nn.utils.clip_grad_norm_, and returns their norm before: that of all numbers of all of
/// them, dense ones and rows, in one vector; 0 if there are none. Frozen parameters and frozen rows
/// take no part. With an infinite max_norm it only measures. The norm is summed in double, and has
/// the same bits on any number of threads.
///
/// Throws std::invalid_argument when max_norm is negative or NaN, or norm_type not above 0;
/// std::runtime_error when the norm is not finite, naming the first parameter with a gradient that
/// is not. Then nothing was changed.
double clip_grad_norm(const std::vector<NamedParameter>& parameters, Gradients& gradients,
                      double max_norm, const ClipOptions& options = {});

/// Moves every number of the gradients of these parameters into [-clip_value, clip_value], as
/// torch.nn.utils.clip_grad_value_; NaN stays NaN. Throws std::invalid_argument when clip_value is
/// negative or NaN.
void clip_grad_value(const std::vector<NamedParameter>& parameters, Gradients& gradients,
                     double clip_value);

/// The same for all parameters of a model.
template <class Model>
requires(!IsParameter<Model>) double clip_grad_norm(const Model& model, Gradients& gradients,
                                                    double max_norm,
                                                    const ClipOptions& options = {}) {
  return clip_grad_norm(parameters(model), gradients, max_norm, options);
}
template <class Model>
requires(!IsParameter<Model>) void clip_grad_value(const Model& model, Gradients& gradients,
                                                   double clip_value) {
  clip_grad_value(parameters(model), gradients, clip_value);
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
