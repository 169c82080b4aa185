// Samples: how an operation's file says what it must be tested on. The generic tests gradient-check
// every sample, compare every error sample's text, and fail if an operation file registered none.
// Registered in the double build only:
//
//   #ifdef TAPEGRAD_DOUBLE
//   const bool samples = add_samples("square", {{"both signs", {distinct({2, 3})},
//                                                [](const auto& x) { return square(x[0]); }}});
//   #endif
#pragma once

#ifdef TAPEGRAD_DOUBLE

#include <functional>
#include <string>
#include <tapegrad/core/gradcheck.hpp>
#include <tapegrad/core/tensor.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// One call of an operation, to be gradient-checked with respect to all inputs.
struct Sample {
  std::string what;
  std::vector<Array> inputs;
  std::function<Tensor(const std::vector<Tensor>&)> call;
  /// Rows of inputs[0] whose gradient is declared to be zero (padding).
  std::vector<Index> stopped_rows = {};
  /// What the gradient of each row of inputs[0] is multiplied with on purpose, as 1 / count by
  /// scale_grad_by_freq; empty: all 1.
  std::vector<double> row_factors = {};
};

/// One wrong call, whose error must contain `message`.
struct ErrorSample {
  std::string message;
  std::function<void()> call;
};

/// What one operation registered.
struct OperationSamples {
  std::string operation;
  std::vector<Sample> samples;
  std::vector<ErrorSample> errors;
};

/// Registers the samples of an operation, called as its file in core/ops is, or as you like for one
/// of your own; returns true, to initialize a constant with.
bool add_samples(std::string operation, std::vector<Sample> samples,
                 std::vector<ErrorSample> errors = {});
/// Everything registered, by operation name.
const std::vector<OperationSamples>& all_samples();

/// Checks that the gradients of a sample are those of differences, and that a wrong call throws an
/// error with its text. Return "" when all is well, else what is wrong.
std::string check_sample(const Sample& sample);
std::string check_sample(const ErrorSample& sample);
/// Checks all samples of one operation; names the first that fails. Throws std::invalid_argument
/// when none were registered under this name.
std::string check_samples(const std::string& operation);

/// Samples that suit every function of single elements, and those of a broadcasting pair, with the
/// error that all such pairs share.
using Unary = Tensor (*)(const Tensor&);
using Binary = Tensor (*)(const Tensor&, const Tensor&);
std::vector<Sample> elementwise_samples(Unary operation);
std::vector<Sample> broadcasting_samples(Binary operation);
std::vector<ErrorSample> broadcasting_errors(const std::string& name, Binary operation);

/// Deterministic random numbers in [-2, 2), at least 0.01 away from 0 and, up to fifty of them,
/// from each other, so that kinks and ties are not met by accident. `seed` gives other numbers.
Array distinct(const Shape& shape, std::uint64_t seed = 0);
/// The same in [0.5, 2): for logarithms and denominators.
Array positive(const Shape& shape, std::uint64_t seed = 0);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad

#endif
