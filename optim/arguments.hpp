// Checks of the numbers in the options of optimizers and schedules.
#pragma once

#include <tapegrad/core/real.hpp>

namespace tapegrad {

/// Throws std::invalid_argument, as "Adam: lr is -1, must be finite and 0 or more", unless value is
/// finite and not negative.
void check_not_negative(const char* optimizer, const char* argument, double value);

/// Throws std::invalid_argument unless value is finite and above 0.
void check_positive(const char* optimizer, const char* argument, double value);

/// Throws std::invalid_argument unless 0 <= value < 1.
void check_below_one(const char* optimizer, const char* argument, double value);

/// Throws std::invalid_argument unless value >= least.
void check_at_least(const char* optimizer, const char* argument, Index value, Index least);

}  // namespace tapegrad
