#include <tapegrad/layers/init.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/parallel.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace init {
namespace {

// Sets every value outside the frozen rows to draw(rng). Element i gets the same random numbers
// whatever is frozen and whichever thread draws them; each draw takes `numbers` of them.
template <class Draw>
void fill(Parameter& p, Rng& rng, std::uint64_t numbers, const Draw& draw) {
  Array& value = p.mutate();
  const std::size_t n = value.size();
  const std::size_t width = row_width(p.shape());
  const std::vector<Index>& frozen = p.frozen_rows();
  const std::uint64_t first = rng.position();
  parallel_ranges(n, 8, [&](std::size_t begin, std::size_t end) {
    Rng own = rng;
    own.seek(first + numbers * begin);
    for (std::size_t i = begin; i < end; ++i) {
      const double x = draw(own);
      const bool keep = !frozen.empty() && std::binary_search(frozen.begin(), frozen.end(),
                                                              static_cast<Index>(i / width));
      if (!keep) value.data()[i] = static_cast<Real>(x);
    }
  });
  rng.seek(first + numbers * n);
}

}  // namespace

Fans fans(const Shape& shape, const char* asker) {
  if (shape.size() < 2) {
    throw ShapeError(
        fmt::format("init::{}: the parameter has shape {}, at least 2 dimensions are wanted", asker,
                    to_string(shape)));
  }
  double receptive = 1;
  for (std::size_t axis = 2; axis < shape.size(); ++axis) {
    receptive *= static_cast<double>(shape[axis]);
  }
  return {.in = static_cast<double>(shape[1]) * receptive,
          .out = static_cast<double>(shape[0]) * receptive};
}

double gain(Nonlinearity nonlinearity, double a) {
  switch (nonlinearity) {
    case Nonlinearity::linear:
    case Nonlinearity::sigmoid:
      return 1.0;
    case Nonlinearity::tanh:
      return 5.0 / 3.0;
    case Nonlinearity::relu:
      return std::sqrt(2.0);
    case Nonlinearity::leaky_relu:
      return std::sqrt(2.0 / (1.0 + a * a));
    case Nonlinearity::selu:
      return 0.75;
  }
  throw std::invalid_argument("init::gain: unknown nonlinearity");
}

void normal(Parameter p, Rng& rng, double mean, double std) {
  if (!(std >= 0)) {
    throw std::invalid_argument(fmt::format("init::normal: std is {}, must be 0 or more", std));
  }
  fill(p, rng, 2, [=](Rng& own) { return mean + std * own.normal(); });
}

void uniform(Parameter p, Rng& rng, double low, double high) {
  if (!(low <= high)) {
    throw std::invalid_argument(
        fmt::format("init::uniform: low is {}, high is {}, low <= high is wanted", low, high));
  }
  fill(p, rng, 1, [=](Rng& own) { return own.uniform(low, high); });
}

void constant(Parameter p, double value) {
  Rng unused(0);
  fill(p, unused, 0, [=](Rng&) { return value; });
}

void zeros(Parameter p) {
  constant(std::move(p), 0.0);
}

void xavier_uniform(Parameter p, Rng& rng, double gain) {
  const Fans fan = fans(p.shape(), "xavier_uniform");
  if (count(p.shape()) == 0) return;
  const double bound = gain * std::sqrt(6.0 / (fan.in + fan.out));
  uniform(std::move(p), rng, -bound, bound);
}

void kaiming_uniform(Parameter p, Rng& rng, const KaimingOptions& options) {
  const Fans fan = fans(p.shape(), "kaiming_uniform");
  if (count(p.shape()) == 0) return;
  const double size = options.mode == FanMode::fan_in ? fan.in : fan.out;
  const double bound = gain(options.nonlinearity, options.a) * std::sqrt(3.0 / size);
  uniform(std::move(p), rng, -bound, bound);
}

}  // namespace init
}  // namespace tapegrad::inline TAPEGRAD_PRECISION
