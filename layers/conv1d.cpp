#include <tapegrad/layers/conv1d.hpp>

#include <cmath>
#include <stdexcept>
#include <tapegrad/layers/init.hpp>
#include <utility>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Conv1d::Conv1d(std::size_t in, std::size_t out, std::size_t kernel_size, Rng& rng,
               const Conv1dOptions& options)
    : weight(zeros({out, in, kernel_size})), padding(options.padding) {
  if (kernel_size == 0) throw std::invalid_argument("Conv1d: kernel_size is 0, must be 1 or more");
  const double fan_in = init::fans(weight.shape(), "Conv1d").in;
  const double bound = fan_in == 0 ? 0.0 : 1.0 / std::sqrt(fan_in);
  init::uniform(weight, rng, -bound, bound);
  if (options.bias) {
    bias = Parameter(zeros({out}));
    init::uniform(bias, rng, -bound, bound);
  }
}

Conv1d::Conv1d(Parameter weight_, Parameter bias_, Index padding_)
    : weight(std::move(weight_)), bias(std::move(bias_)), padding(padding_) {}

Tensor Conv1d::operator()(const Tensor& x) const {
  return conv1d(x, weight, bias, padding);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
