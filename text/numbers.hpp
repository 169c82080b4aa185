// Decimal numbers as the files of word vectors have them.
#pragma once

#include <string_view>
#include <tapegrad/core/array.hpp>

namespace tapegrad::detail {

/// Reads the whole of `field` as a number: false unless it is a finite one. The result is the Real
/// nearest to the decimal number, to the bit, as strtof gives it; what is too small is 0.
bool parse_number(std::string_view field, Real& value);

/// Whether the whole of `field` is written as a number, too large or too small ones, infinity and
/// NaN among them.
bool is_number(std::string_view field);

/// Reads `count` numbers with single spaces between. Returns the place of the first field that is
/// no finite number or is missing; `count` if there is none.
std::size_t parse_numbers(std::string_view fields, std::size_t count, Real* values);

}  // namespace tapegrad::detail
