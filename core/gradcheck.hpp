// Gradient check: analytic gradients against central differences. Needs the double build: link
// tapegrad::check instead of tapegrad::tapegrad.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <tapegrad/core/tensor.hpp>
#include <vector>

namespace tapegrad {

struct GradcheckOptions {
  double eps = 1e-6;          // step of the differences
  double atol = 1e-6;         // allowed: |analytic - numeric| <= atol + rtol * |numeric|
  double rtol = 1e-5;         //
  std::uint64_t seed = 1234;  // of the random upstream gradient
};

#ifdef TAPEGRAD_DOUBLE
inline namespace TAPEGRAD_PRECISION {

/// Checks the gradients of `f`, a function of the values of `parameters`, at these values. The
/// result of f may have any shape: it is weighted with a random upstream gradient, since an
/// all-ones one lets many wrong gradients pass. Frozen rows must have gradient zero. Returns ""
/// when all is well, else what was wrong, naming the worst element with both numbers. Parameters
/// keep their values.
std::string gradcheck(const std::function<Tensor()>& f, std::vector<Parameter> parameters,
                      const GradcheckOptions& options = {});

}  // namespace TAPEGRAD_PRECISION
#endif

}  // namespace tapegrad
