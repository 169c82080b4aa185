// Gradient check: analytic gradients against central differences. Needs the double build: link
// tapegrad::check instead of tapegrad::tapegrad.
//
//   const tg::Linear layer(3, 2, rng);
//   const auto call = [&](const auto& x) { return layer(x[0]); };
//   std::cout << tg::gradcheck(call, {tg::distinct({4, 3})}, tg::parameters(layer));
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <tapegrad/core/tensor.hpp>
#include <tapegrad/core/visit.hpp>
#include <vector>

namespace tapegrad {

struct GradcheckOptions {
  double eps = 1e-6;          // step of the differences
  double atol = 1e-6;         // allowed: |analytic - numeric| <= atol + rtol * |numeric|
  double rtol = 1e-5;         //
  std::uint64_t seed = 1234;  // of the random upstream gradient
  /// Gradients that are not the derivative on purpose: by the parameter's name ("input 0"), what
  /// the derivative of each row is multiplied with. 0 for rows that stop gradients, as padding
  /// does, 1 / count for scale_grad_by_freq. Frozen rows need no entry.
  std::map<std::string, std::vector<double>> row_factors = {};
};

#ifdef TAPEGRAD_DOUBLE
inline namespace TAPEGRAD_PRECISION {

/// Checks the gradients of `f`, a function of the values of `parameters`, at these values. The
/// result of f may have any shape: it is weighted with a random upstream gradient, since an
/// all-ones one lets many wrong gradients pass. Frozen rows must have gradient zero, and two calls
/// must give the same bits, forward and backward. Returns "" when all is well, else what was wrong:
/// the worst element with both numbers, or what the tape found (a gradient of the wrong shape).
/// Parameters keep their values. Throws std::invalid_argument when row_factors fit no parameter.
std::string gradcheck(const std::function<Tensor()>& f,
                      const std::vector<NamedParameter>& parameters,
                      const GradcheckOptions& options = {});
/// The same; the parameters are called "input 0", "input 1", ...
std::string gradcheck(const std::function<Tensor()>& f, const std::vector<Parameter>& parameters,
                      const GradcheckOptions& options = {});
/// The same for an operation or a layer: checks all inputs, "input 0", "input 1", ..., and all
/// parameters.
std::string gradcheck(const std::function<Tensor(const std::vector<Tensor>& inputs)>& f,
                      const std::vector<Array>& inputs,
                      const std::vector<NamedParameter>& parameters = {},
                      const GradcheckOptions& options = {});

}  // namespace TAPEGRAD_PRECISION
#endif

}  // namespace tapegrad
