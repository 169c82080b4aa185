// Initializers, torch.nn.init. They fill a parameter from an explicit generator, leave its frozen
// rows (padding among them) as they are, and give the same numbers on any number of threads. A
// parameter without elements is left as it is, with a warning.
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
/// the dimensions after them. A table [V, D] has fan in D and fan out V. Throws ShapeError, which
/// names the asker, for less than two dimensions.
struct Fans {
  double in, out;
};
Fans fans(const Shape& shape, const char* asker = "fans");

/// torch.nn.init.calculate_gain: linear and sigmoid 1, tanh 5/3, relu sqrt(2), leaky_relu
/// sqrt(2 / (1 + a²)), selu 3/4. `a` is the slope of leaky_relu.
double gain(Nonlinearity nonlinearity, double a = 0.01);

/// Every value drawn from N(mean, std²). Throws std::invalid_argument when std is negative or NaN.
void normal(Parameter p, Rng& rng, double mean = 0.0, double std = 1.0);
/// Every value drawn from U[low, high). Throws std::invalid_argument when low > high or one is NaN.
void uniform(Parameter p, Rng& rng, double low = 0.0, double high = 1.0);
/// Every value drawn from N(mean, std²), cut off outside [low, high] (which are values, not numbers
/// of deviations). Throws std::invalid_argument when std is negative or NaN, or low > high.
void trunc_normal(Parameter p, Rng& rng, double mean = 0.0, double std = 1.0, double low = -2.0,
                  double high = 2.0);
/// These values, of the parameter's shape; ShapeError for others.
void values(Parameter p, const Array& values);
/// Every value the same; one; zero.
void constant(Parameter p, double value);
void ones(Parameter p);
void zeros(Parameter p);

/// U(±gain * sqrt(6 / (fan in + fan out))), and N(0, gain² * 2 / (fan in + fan out)) (Glorot and
/// Bengio, 2010). Throw ShapeError for less than two dimensions.
void xavier_uniform(Parameter p, Rng& rng, double gain = 1.0);
void xavier_normal(Parameter p, Rng& rng, double gain = 1.0);
/// U(±gain * sqrt(3 / fan)), and N(0, gain² / fan) (He et al., 2015). Throw ShapeError for less
/// than two dimensions.
void kaiming_uniform(Parameter p, Rng& rng, const KaimingOptions& options = {});
void kaiming_normal(Parameter p, Rng& rng, const KaimingOptions& options = {});

/// The identity matrix, cut to the parameter's shape: ones on the diagonal, zeros elsewhere. Throws
/// ShapeError unless there are two dimensions.
void eye(Parameter p);
/// The identity of a convolution [out, in, size, ...]: input channel i goes to output channel i.
/// Throws ShapeError unless there are three to five dimensions.
void dirac(Parameter p);
/// gain times a random matrix [first dimension, product of the others] with orthonormal rows, or,
/// if it has more rows than columns, orthonormal columns (Saxe et al., 2014); each such matrix is
/// as likely as any other. With frozen rows, the others are those of such a matrix. Throws
/// ShapeError for less than two dimensions.
void orthogonal(Parameter p, Rng& rng, double gain = 1.0);
/// N(0, std²), and in each column the share `sparsity` of the rows, rounded up, zero instead
/// (Martens, 2010). Throws ShapeError unless there are two dimensions, std::invalid_argument when
/// the sparsity is not in [0, 1] or std is negative or NaN.
void sparse(Parameter p, Rng& rng, double sparsity, double std = 0.01);

}  // namespace init
}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
