// Numbers and names as people and their programs read them.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace tapegrad {

/// A decimal number with a comma between thousands: "1,234,567", "4,800.0".
std::string group_digits(std::string number);

/// The same for an integer.
template <std::integral Integer>
std::string grouped(Integer number) {
  return group_digits(std::to_string(number));
}

/// A number of things: "1 epoch", "1,200 epochs". The plural has an s.
template <std::integral Integer>
std::string counted(Integer number, std::string_view thing) {
  return grouped(number).append(" ").append(thing).append(number == 1 ? "" : "s");
}

/// A name that fits into one field of a line of TSV: tabs, line feeds, carriage returns and
/// backslashes in it are written \t, \n, \r and \\.
std::string tsv_field(std::string_view name);

}  // namespace tapegrad
