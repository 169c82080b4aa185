// Numbers as people read them.
#pragma once

#include <concepts>
#include <string>

namespace tapegrad {

/// A decimal number with a comma between thousands: "1,234,567", "4,800.0".
std::string group_digits(std::string number);

/// The same for an integer.
template <std::integral Integer>
std::string grouped(Integer number) {
  return group_digits(std::to_string(number));
}

}  // namespace tapegrad
