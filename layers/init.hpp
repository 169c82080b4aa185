// Initializers, torch.nn.init. They fill a parameter from an explicit generator, leave its frozen
// rows (padding among them) as they are, and give the same numbers on any number of threads.
#pragma once

#include <tapegrad/core/parameter.hpp>
#include <tapegrad/core/rng.hpp>

namespace tapegrad {

/// Which side of a weight [out, in] kaiming_uniform looks at: fan_in keeps the size of the values
/// in the forward pass, fan_out that of the gradients in the backward pass.
enum class FanMode { fan_in, fan_out };

/// What comes after the layer; decides the gain. linear stands for convolutions too.
enum class Nonlinearity { linear, sigmoid, tanh, relu, leaky_relu, selu };

struct KaimingOptions {
  /// The negative slope of leaky_relu.
  double a = 0.0;
  FanMode mode = FanMode::fan_in;
  Nonlinearity nonlinearity = Nonlinearity::leaky_relu;
};

inline namespace TAPEGRAD_PRECISION {
namespace init {

/// The numbers of inputs and outputs of a weight [out, in, ...]: in and out times the product of
/// the dimensions after them. A table [V, D] has fan in D and fan out V. Throws ShapeError for less
/// than two dimensions.
struct Fans {
  double in, out;
};
Fans fans(const Shape& shape);

/// torch.nn.init.calculate_gain: linear and sigmoid 1, tanh 5/3, relu sqrt(2), leaky_relu
/// sqrt(2 / (1 + a²)), selu 3/4. `a` is the slope of leaky_relu.
double gain(Nonlinearity nonlinearity, double a = 0.01);

/// Every value drawn from N(mean, std²). Throws std::invalid_argument when std is negative or NaN.
void normal(Parameter p, Rng& rng, double mean = 0.0, double std = 1.0);
/// Every value drawn from U[low, high). Throws std::invalid_argument when low > high or one is NaN.
void uniform(Parameter p, Rng& rng, double low = 0.0, double high = 1.0);
/// Every value the same.
void constant(Parameter p, double value);
/// Every value zero.
void zeros(Parameter p);

/// U(±gain * sqrt(6 / (fan in + fan out))) (Glorot and Bengio, 2010). Throws ShapeError for less
/// than two dimensions.
void xavier_uniform(Parameter p, Rng& rng, double gain = 1.0);
/// U(±gain * sqrt(3 / fan)) (He et al., 2015). Throws ShapeError for less than two dimensions.
void kaiming_uniform(Parameter p, Rng& rng, const KaimingOptions& options = {});

}  // namespace init
}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
