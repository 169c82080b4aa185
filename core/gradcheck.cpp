#include <tapegrad/core/gradcheck.hpp>

#ifdef TAPEGRAD_DOUBLE

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/rng.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

using Function = std::function<Tensor()>;

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

// What the derivative of each row is multiplied with: as declared, 0 for frozen rows, else 1.
std::vector<double> row_factors(const NamedParameter& named, const GradcheckOptions& options) {
  const Parameter& p = named.parameter;
  std::vector<double> factors(rows_of(p.shape()), 1.0);
  const auto declared = options.row_factors.find(named.name);
  if (declared != options.row_factors.end()) {
    if (declared->second.size() != factors.size()) {
      throw std::invalid_argument(
          fmt::format("gradcheck: row_factors has {} numbers for {}, which has {} rows",
                      declared->second.size(), named.name, factors.size()));
    }
    factors = declared->second;
  }
  for (const Index row : p.frozen_rows()) factors[static_cast<std::size_t>(row)] = 0;
  return factors;
}

void check_names(const std::vector<NamedParameter>& parameters, const GradcheckOptions& options) {
  for (const auto& declared : options.row_factors) {
    const std::string& name = declared.first;
    if (std::none_of(parameters.begin(), parameters.end(),
                     [&](const NamedParameter& p) { return p.name == name; })) {
      throw std::invalid_argument(
          fmt::format("gradcheck: row_factors names {}, which is no parameter", name));
    }
  }
}

// "" if two arrays have the same bits, else where they do not.
std::string difference(const std::string& what, const Array& first, const Array& second) {
  if (first.shape() != second.shape()) {
    return fmt::format("{} differs between two calls with the same values: shape {}, then {}", what,
                       to_string(first.shape()), to_string(second.shape()));
  }
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (std::memcmp(first.data() + i, second.data() + i, sizeof(Real)) != 0) {
      return fmt::format(
          "{} differs between two calls with the same values: element {} is {}, then {}", what, i,
          first.data()[i], second.data()[i]);
    }
  }
  return "";
}

struct Run {
  Array y;
  Gradients gradients;
  std::string wrong;
};

// Forward and backward once. What an operation's backward does wrong comes out of the tape as an
// error; here it is a finding.
Run run(const Function& f, const GradcheckOptions& options) {
  Tape tape;
  const Tensor y = f();
  const Tensor loss = sum(mul(y, Tensor(random_upstream(y.shape(), options.seed))));
  if (loss.tape() == 0) {
    return {y.value(), {}, "the result does not depend on any trainable parameter"};
  }
  try {
    return {y.value(), tape.backward(loss), ""};
  } catch (const std::logic_error& error) {
    return {y.value(), {}, error.what()};
  }
}

struct Worst {
  double excess = 0;
  std::string text;
};

// Compares one parameter's analytic gradient, element by element, and keeps the worst.
void compare(const Function& f, const NamedParameter& named, const Array& analytic,
             const Array& upstream, const GradcheckOptions& options, Worst& worst) {
  Parameter p = named.parameter;
  const std::vector<double> factors = row_factors(named, options);
  const std::size_t width = row_width(p.shape());
  for (std::size_t i = 0; i < analytic.size(); ++i) {
    const double x = p.value().data()[i];
    const auto shifted = [&](double by) {
      p.mutate().data()[i] = x + by;
      return weighted_sum(f().value(), upstream);
    };
    const double change = shifted(options.eps) - shifted(-options.eps);
    p.mutate().data()[i] = x;
    const double factor = factors[i / width];
    const double numeric = factor == 0 ? 0.0 : factor * change / (2 * options.eps);
    const double got = analytic.data()[i];
    const double excess =
        std::abs(got - numeric) - (options.atol + options.rtol * std::abs(numeric));
    if (excess > worst.excess || std::isnan(excess)) {
      worst = {std::isnan(excess) ? INFINITY : excess,
               fmt::format("{} of shape {}, element {}: the gradient is {}, differences give {}",
                           named.name, to_string(p.shape()), i, got, numeric)};
    }
  }
}

std::vector<NamedParameter> numbered(const std::vector<Parameter>& parameters) {
  std::vector<NamedParameter> named;
  for (const Parameter& p : parameters) named.push_back({fmt::format("input {}", named.size()), p});
  return named;
}

}  // namespace

std::string gradcheck(const Function& f, const std::vector<NamedParameter>& parameters,
                      const GradcheckOptions& options) {
  check_names(parameters, options);
  const Run once = run(f, options);
  if (!once.wrong.empty()) return once.wrong;
  const Run twice = run(f, options);
  std::string wrong = difference("the result", once.y, twice.y);
  for (const NamedParameter& named : parameters) {
    if (!wrong.empty()) return wrong;
    wrong = difference("the gradient of " + named.name, once.gradients.dense(named.parameter),
                       twice.gradients.dense(named.parameter));
  }
  if (!wrong.empty()) return wrong;
  const Array upstream = random_upstream(once.y.shape(), options.seed);
  Worst worst;
  for (const NamedParameter& named : parameters) {
    if (named.parameter.frozen()) continue;
    compare(f, named, once.gradients.dense(named.parameter), upstream, options, worst);
  }
  return worst.text;
}

std::string gradcheck(const Function& f, const std::vector<Parameter>& parameters,
                      const GradcheckOptions& options) {
  return gradcheck(f, numbered(parameters), options);
}

std::string gradcheck(const std::function<Tensor(const std::vector<Tensor>& inputs)>& f,
                      const std::vector<Array>& inputs,
                      const std::vector<NamedParameter>& parameters,
                      const GradcheckOptions& options) {
  const std::vector<Parameter> values(inputs.begin(), inputs.end());
  const std::vector<Tensor> tensors(values.begin(), values.end());
  std::vector<NamedParameter> all = numbered(values);
  all.insert(all.end(), parameters.begin(), parameters.end());
  return gradcheck([&] { return f(tensors); }, all, options);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION

#endif
