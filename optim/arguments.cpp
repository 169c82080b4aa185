#include <tapegrad/optim/arguments.hpp>

#include <fmt/core.h>

#include <cmath>
#include <stdexcept>

namespace tapegrad {

void check_not_negative(const char* optimizer, const char* argument, double value) {
  if (value >= 0 && std::isfinite(value)) return;
  throw std::invalid_argument(
      fmt::format("{}: {} is {}, must be finite and 0 or more", optimizer, argument, value));
}

void check_positive(const char* optimizer, const char* argument, double value) {
  if (value > 0 && std::isfinite(value)) return;
  throw std::invalid_argument(
      fmt::format("{}: {} is {}, must be finite and above 0", optimizer, argument, value));
}

void check_below_one(const char* optimizer, const char* argument, double value) {
  if (value >= 0 && value < 1) return;
  throw std::invalid_argument(
      fmt::format("{}: {} is {}, must be in [0, 1)", optimizer, argument, value));
}

void check_at_least(const char* optimizer, const char* argument, Index value, Index least) {
  if (value >= least) return;
  throw std::invalid_argument(
      fmt::format("{}: {} is {}, must be {} or more", optimizer, argument, value, least));
}

}  // namespace tapegrad
