#include <tapegrad/layers/init.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace init {
namespace {

// Whether there is nothing to fill, which is worth a warning.
bool no_elements(const Parameter& p) {
  if (count(p.shape()) > 0) return false;
  warn_once("init", fmt::format("init: a parameter of shape {} has no elements to initialize (this "
                                "is said once)",
                                to_string(p.shape())));
  return true;
}

// Sets element i outside the frozen rows to draw(rng, i). It gets the same random numbers whatever
// is frozen and whichever thread draws them; each draw takes `numbers` of them.
template <class Draw>
void fill(Parameter& p, Rng& rng, std::uint64_t numbers, const Draw& draw) {
  if (no_elements(p)) return;
  Array& value = p.mutate();
  const std::size_t n = value.size();
  const std::size_t width = row_width(p.shape());
  const std::vector<Index>& frozen = p.frozen_rows();
  const std::uint64_t first = rng.position();
  parallel_ranges(n, 8, [&](std::size_t begin, std::size_t end) {
    Rng own = rng;
    own.seek(first + numbers * begin);
    for (std::size_t i = begin; i < end; ++i) {
      const double x = draw(own, i);
      const bool keep = !frozen.empty() && std::binary_search(frozen.begin(), frozen.end(),
                                                              static_cast<Index>(i / width));
      if (!keep) value.data()[i] = static_cast<Real>(x);
    }
  });
  rng.seek(first + numbers * n);
}

void check_std(const char* asker, double std) {
  if (!(std >= 0)) {
    throw std::invalid_argument(fmt::format("init::{}: std is {}, must be 0 or more", asker, std));
  }
}

void check_range(const char* asker, double low, double high) {
  if (!(low <= high)) {
    throw std::invalid_argument(
        fmt::format("init::{}: low is {}, high is {}, low <= high is wanted", asker, low, high));
  }
}

// The standard normal distribution function, exact far down its lower tail.
double normal_cdf(double x) {
  return 0.5 * std::erfc(-x / std::sqrt(2.0));
}

// Where in [low, high], both finite, the distribution function is `wanted`: Newton's steps, halving
// the bracket where one would leave it.
double normal_quantile(double wanted, double low, double high) {
  double x = std::clamp(0.0, low, high);
  for (int step = 0; step < 100; ++step) {
    const double excess = normal_cdf(x) - wanted;
    (excess > 0 ? high : low) = x;
    const double density = std::exp(-0.5 * x * x) / std::sqrt(2.0 * 3.141592653589793);
    const double newton = x - excess / density;
    if (std::abs(newton - x) <= 1e-14 * std::max(1.0, std::abs(x))) break;
    x = newton > low && newton < high ? newton : low + (high - low) / 2;
  }
  return x;
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
  check_std("normal", std);
  fill(p, rng, 2, [=](Rng& own, std::size_t) { return mean + std * own.normal(); });
}

void uniform(Parameter p, Rng& rng, double low, double high) {
  check_range("uniform", low, high);
  fill(p, rng, 1, [=](Rng& own, std::size_t) { return own.uniform(low, high); });
}

void trunc_normal(Parameter p, Rng& rng, double mean, double std, double low, double high) {
  check_std("trunc_normal", std);
  check_range("trunc_normal", low, high);
  if (std == 0) {
    fill(p, rng, 1, [=](Rng&, std::size_t) { return std::clamp(mean, low, high); });
    return;
  }
  // In deviations from the mean, mirrored if need be so that the upper tail, whose distribution
  // function rounds to 1, is never asked for.
  const double sign = low > mean ? -1.0 : 1.0;
  double from = sign * ((sign > 0 ? low : high) - mean) / std;
  double to = sign * ((sign > 0 ? high : low) - mean) / std;
  constexpr double far_out = 40;  // the density there is 0 in double
  if (std::isinf(from)) from = std::min(-far_out, to - far_out);
  if (std::isinf(to)) to = std::max(far_out, from + far_out);
  const double below = normal_cdf(from);
  const double share = normal_cdf(to) - below;
  fill(p, rng, 1, [=](Rng& own, std::size_t) {
    const double x = normal_quantile(below + share * own.uniform(), from, to);
    return std::clamp(mean + sign * std * x, low, high);
  });
}

void values(Parameter p, const Array& values) {
  check_shape(values.shape() == p.shape(), "init::values", "values", values.shape(),
              fmt::format("{} (as the parameter)", to_string(p.shape())));
  Rng unused(0);
  fill(p, unused, 0, [&](Rng&, std::size_t i) { return static_cast<double>(values.data()[i]); });
}

void constant(Parameter p, double value) {
  Rng unused(0);
  fill(p, unused, 0, [=](Rng&, std::size_t) { return value; });
}

void ones(Parameter p) {
  constant(std::move(p), 1.0);
}

void zeros(Parameter p) {
  constant(std::move(p), 0.0);
}

void xavier_uniform(Parameter p, Rng& rng, double gain) {
  const Fans fan = fans(p.shape(), "xavier_uniform");
  if (no_elements(p)) return;
  const double bound = gain * std::sqrt(6.0 / (fan.in + fan.out));
  uniform(std::move(p), rng, -bound, bound);
}

void xavier_normal(Parameter p, Rng& rng, double gain) {
  const Fans fan = fans(p.shape(), "xavier_normal");
  if (no_elements(p)) return;
  normal(std::move(p), rng, 0.0, gain * std::sqrt(2.0 / (fan.in + fan.out)));
}

void kaiming_uniform(Parameter p, Rng& rng, const KaimingOptions& options) {
  const Fans fan = fans(p.shape(), "kaiming_uniform");
  if (no_elements(p)) return;
  const double size = options.mode == FanMode::fan_in ? fan.in : fan.out;
  const double bound = gain(options.nonlinearity, options.a) * std::sqrt(3.0 / size);
  uniform(std::move(p), rng, -bound, bound);
}

void kaiming_normal(Parameter p, Rng& rng, const KaimingOptions& options) {
  const Fans fan = fans(p.shape(), "kaiming_normal");
  if (no_elements(p)) return;
  const double size = options.mode == FanMode::fan_in ? fan.in : fan.out;
  normal(std::move(p), rng, 0.0, gain(options.nonlinearity, options.a) / std::sqrt(size));
}

}  // namespace init
}  // namespace tapegrad::inline TAPEGRAD_PRECISION
