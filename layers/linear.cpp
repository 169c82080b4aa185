#include <tapegrad/layers/linear.hpp>

#include <cmath>
#include <tapegrad/layers/init.hpp>
#include <utility>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Linear::Linear(std::size_t in, std::size_t out, Rng& rng, const LinearOptions& options)
    : weight(zeros({out, in})) {
  const double bound = in == 0 ? 0.0 : 1.0 / std::sqrt(static_cast<double>(in));
  init::uniform(weight, rng, -bound, bound);
  if (options.bias) {
    bias = Parameter(zeros({out}));
    init::uniform(bias, rng, -bound, bound);
  }
}

Linear::Linear(Parameter weight_, Parameter bias_)
    : weight(std::move(weight_)), bias(std::move(bias_)) {}

Tensor Linear::operator()(const Tensor& x) const {
  return linear(x, weight, bias);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
