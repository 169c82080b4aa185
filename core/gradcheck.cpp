#include <tapegrad/core/gradcheck.hpp>

#ifdef TAPEGRAD_DOUBLE

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/rng.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

Array random_upstream(const Shape& shape, std::uint64_t seed) {
  Array upstream(shape);
  Rng rng(seed);
  std::generate(upstream.data(), upstream.data() + upstream.size(),
                [&] { return rng.uniform(-1.0, 1.0); });
  return upstream;
}

double weighted_sum(const Array& value, const Array& upstream) {
  double sum = 0;
  for (std::size_t i = 0; i < value.size(); ++i) sum += value.data()[i] * upstream.data()[i];
  return sum;
}

bool in_frozen_row(const Parameter& p, std::size_t element) {
  const std::size_t width = row_width(p.shape());
  return std::binary_search(p.frozen_rows().begin(), p.frozen_rows().end(),
                            static_cast<Index>(element / width));
}

struct Worst {
  double excess = 0;
  std::string text;
};

// Compares one parameter's analytic gradient, element by element, and keeps the worst.
void compare(const std::function<Tensor()>& f, Parameter& p, std::size_t number,
             const Array& analytic, const Array& upstream, const GradcheckOptions& options,
             Worst& worst) {
  for (std::size_t i = 0; i < p.value().size(); ++i) {
    const double x = p.value().data()[i];
    const auto shifted = [&](double by) {
      p.mutate().data()[i] = x + by;
      return weighted_sum(f().value(), upstream);
    };
    const double difference = shifted(options.eps) - shifted(-options.eps);
    p.mutate().data()[i] = x;
    const double numeric = in_frozen_row(p, i) ? 0.0 : difference / (2 * options.eps);
    const double got = analytic.data()[i];
    const double excess =
        std::abs(got - numeric) - (options.atol + options.rtol * std::abs(numeric));
    if (excess > worst.excess || std::isnan(excess)) {
      worst = {
          std::isnan(excess) ? INFINITY : excess,
          fmt::format("input {} of shape {}, element {}: the gradient is {}, differences give {}",
                      number, to_string(p.shape()), i, got, numeric)};
    }
  }
}

}  // namespace

std::string gradcheck(const std::function<Tensor()>& f, std::vector<Parameter> parameters,
                      const GradcheckOptions& options) {
  Tape tape;
  const Tensor y = f();
  const Array upstream = random_upstream(y.shape(), options.seed);
  const Tensor loss = sum(mul(y, Tensor(upstream)));
  if (loss.tape() == 0) return "the result does not depend on any trainable parameter";
  const Gradients gradients = tape.backward(loss);
  Worst worst;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].frozen()) continue;
    compare(f, parameters[i], i, gradients.dense(parameters[i]), upstream, options, worst);
  }
  return worst.text;
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION

#endif
