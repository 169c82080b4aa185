#include <tapegrad/training/divergence.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <tapegrad/core/anomaly.hpp>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// Whether one of n numbers is NaN or infinite: whether a bit pattern has all bits of the exponent.
// Adding one to a full exponent carries into the sign. Some 10 numbers a nanosecond, so that every
// gradient of every step can be looked at.
bool any_bad(const float* x, std::size_t n) {
  constexpr std::uint32_t exponent = 0x7F80'0000, one = 0x0080'0000;
  std::uint32_t carries = 0;
  for (std::size_t i = 0; i < n; ++i) {
    carries |= (std::bit_cast<std::uint32_t>(x[i]) & exponent) + one;
  }
  return carries >> 31U != 0;
}

// "holds nan at position 4 ([1, 1])", or "" if all are finite.
std::string bad_value(const Array& values) {
  if (!any_bad(values.data(), values.size())) return "";
  const Real* end = values.data() + values.size();
  const Real* bad = std::find_if(values.data(), end, [](Real x) { return !std::isfinite(x); });
  const auto position = static_cast<std::size_t>(bad - values.data());
  return fmt::format("holds {} at position {} ({})", std::isnan(*bad) ? std::abs(*bad) : *bad,
                     position, multi_index(position, values.shape()));
}

// What the first operation to blame says of itself.
std::string blame(const std::vector<NamedParameter>& parameters,
                  const std::function<Tensor()>& forward) {
  try {
    const DetectAnomaly guard(parameters, {});
    Tape tape;
    tape.backward(forward());
  } catch (const AnomalyError& error) {
    return error.what();
  }
  return "no operation made it when the batch was repeated";
}

}  // namespace

Gradients finite_gradients(Tape& tape, const Tensor& loss,
                           const std::vector<NamedParameter>& parameters,
                           const std::function<Tensor()>& forward) {
  const Real value = loss.item();
  if (!std::isfinite(value)) {
    throw NotFiniteError(fmt::format("the loss is {}: {}",
                                     std::isnan(value) ? std::abs(value) : value,
                                     blame(parameters, forward)));
  }
  Gradients gradients = tape.backward(loss);
  const ProfileSpan span("check gradients", Phase::other);
  for (const auto& [name, p] : parameters) {
    const Array* values = gradients[p].values();
    if (values == nullptr) continue;
    if (const std::string bad = bad_value(*values); !bad.empty()) {
      throw NotFiniteError(
          fmt::format("the gradient of {} {}: {}", name, bad, blame(parameters, forward)));
    }
  }
  return gradients;
}

void check_finite(const std::vector<NamedParameter>& parameters) {
  for (const auto& [name, p] : parameters) {
    if (const std::string bad = bad_value(p.leaf()->stored); !bad.empty()) {
      throw NotFiniteError(fmt::format(
          "parameter {} {}, though its gradient was finite: the optimizer's step made it", name,
          bad));
    }
  }
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
