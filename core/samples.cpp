#include <tapegrad/core/samples.hpp>

#ifdef TAPEGRAD_DOUBLE

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <tapegrad/core/rng.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

std::vector<OperationSamples>& registry() {
  static std::vector<OperationSamples> all;
  return all;
}

}  // namespace

bool add_samples(std::string operation, std::vector<Sample> samples,
                 std::vector<ErrorSample> errors) {
  auto& all = registry();
  const auto place = std::find_if(all.begin(), all.end(),
                                  [&](const auto& other) { return other.operation > operation; });
  all.insert(place, {std::move(operation), std::move(samples), std::move(errors)});
  return true;
}

const std::vector<OperationSamples>& all_samples() {
  return registry();
}

std::string check_sample(const Sample& sample) {
  GradcheckOptions options;
  if (!sample.row_factors.empty()) options.row_factors["input 0"] = sample.row_factors;
  if (!sample.stopped_rows.empty()) {
    auto& factors = options.row_factors["input 0"];
    factors.resize(rows_of(sample.inputs.at(0).shape()), 1.0);
    for (const Index row : sample.stopped_rows) factors.at(static_cast<std::size_t>(row)) = 0;
  }
  return gradcheck(sample.call, sample.inputs, {}, options);
}

std::string check_sample(const ErrorSample& sample) {
  try {
    sample.call();
  } catch (const std::exception& error) {
    const std::string text = error.what();
    if (text.find(sample.message) != std::string::npos) return "";
    return fmt::format("the error says \"{}\", not \"{}\"", text, sample.message);
  }
  return fmt::format("no error, \"{}\" is wanted", sample.message);
}

std::string check_samples(const std::string& operation) {
  const auto found = std::find_if(registry().begin(), registry().end(),
                                  [&](const auto& one) { return one.operation == operation; });
  if (found == registry().end()) {
    throw std::invalid_argument(
        fmt::format("check_samples: no samples of \"{}\" were registered", operation));
  }
  for (const Sample& sample : found->samples) {
    if (const std::string wrong = check_sample(sample); !wrong.empty()) {
      return fmt::format("{}, sample \"{}\": {}", operation, sample.what, wrong);
    }
  }
  for (const ErrorSample& sample : found->errors) {
    if (const std::string wrong = check_sample(sample); !wrong.empty()) {
      return fmt::format("{}: {}", operation, wrong);
    }
  }
  return "";
}

std::vector<Sample> elementwise_samples(Unary operation) {
  const auto call = [operation](const std::vector<Tensor>& x) { return operation(x[0]); };
  return {{"both signs", {distinct({3, 2})}, call},
          {"a number", {distinct({})}, call},
          {"nothing", {distinct({0, 2})}, call}};
}

std::vector<Sample> broadcasting_samples(Binary operation) {
  const auto call = [operation](const std::vector<Tensor>& x) { return operation(x[0], x[1]); };
  return {{"same shape", {distinct({2, 3}), distinct({2, 3}, 1)}, call},
          {"a matrix and a row", {distinct({2, 3}), distinct({3}, 1)}, call},
          {"a row and a matrix", {distinct({3}), distinct({2, 3}, 1)}, call},
          {"both broadcast", {distinct({2, 1}), distinct({1, 3}, 1)}, call},
          {"a number and a matrix", {distinct({}), distinct({2, 2}, 1)}, call},
          {"nothing", {distinct({0, 3}), distinct({3}, 1)}, call},
          {"an input used twice", {distinct({3})}, [operation](const std::vector<Tensor>& x) {
             return operation(x[0], x[0]);
           }}};
}

std::vector<ErrorSample> broadcasting_errors(const std::string& name, Binary operation) {
  return {{name + ": shapes [2, 3] and [4] do not broadcast", [operation] {
             operation(Tensor(zeros({2, 3})), Tensor(zeros({4})));
           }}};
}

Array distinct(const Shape& shape, std::uint64_t seed) {
  Array a(shape);
  // A random permutation of a grid, each value moved a little inside its cell.
  const std::size_t n = std::max<std::size_t>(2, a.size());
  std::vector<double> grid(n);
  Rng rng(seed);
  for (std::size_t i = 0; i < n; ++i) {
    const double cell = 4.0 / static_cast<double>(n);
    grid[i] = -2.0 + (static_cast<double>(i) + rng.uniform(0.2, 0.8)) * cell;
    if (std::abs(grid[i]) < 0.01) grid[i] = 0.01;
  }
  shuffle(grid, rng);
  std::copy_n(grid.begin(), a.size(), a.data());
  return a;
}

Array positive(const Shape& shape, std::uint64_t seed) {
  return 1.25 + 0.375 * distinct(shape, seed);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION

#endif
