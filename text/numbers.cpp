#include <tapegrad/text/numbers.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace tapegrad::detail {
namespace {

static_assert(sizeof(Real) == 4, "round_once is written for float");

// The powers of ten that are doubles without rounding.
constexpr std::array<double, 23> exact_powers{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                              1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                              1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// A double that was itself rounded becomes the right float unless it lies halfway between two
// floats: then the rounding may have hidden on which side of the middle the number is. Halfway is a
// 1 and 28 zeros in the 29 bits that float does not have.
bool round_once(double rounded, Real& value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &rounded, sizeof bits);
  constexpr std::uint64_t lost = (std::uint64_t{1} << 29U) - 1;
  value = static_cast<Real>(rounded);
  return (bits & lost) != std::uint64_t{1} << 28U;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Takes a number of the plain form -12.345 off the front of `at`, up to a space or the end. Its
// digits and its power of ten must be exact doubles, so that their quotient is rounded once
// (Clinger, 1990). False for everything else, which is not said to be wrong.
bool parse_plain(const char*& at, const char* end, Real& value) {
  const char* p = at;
  const bool negative = p != end && *p == '-';
  if (negative) ++p;
  std::uint64_t digits = 0;
  const char* const first = p;
  for (; p != end && is_digit(*p); ++p) digits = digits * 10 + static_cast<unsigned>(*p - '0');
  auto length = p - first;
  std::size_t decimals = 0;
  if (p != end && *p == '.') {
    const char* const point = p++;
    for (; p != end && is_digit(*p); ++p) digits = digits * 10 + static_cast<unsigned>(*p - '0');
    decimals = static_cast<std::size_t>(p - point) - 1;
    length += static_cast<std::ptrdiff_t>(decimals);
  }
  constexpr std::uint64_t exact_integers = std::uint64_t{1} << 53U;
  const bool ends = p == end || *p == ' ';
  if (!ends || length == 0 || length > 19 || digits > exact_integers) return false;
  const double magnitude = static_cast<double>(digits) / exact_powers[decimals];
  at = p;
  return round_once(negative ? -magnitude : magnitude, value);
}

// Any number, by the standard library.
bool parse_any(std::string_view field, Real& value) {
  const char* const last = field.data() + field.size();
  auto [end, error] = std::from_chars(field.data(), last, value);
  if (error == std::errc::result_out_of_range) {
    double wide = 0;
    error = std::from_chars(field.data(), last, wide).ec;
    value = static_cast<Real>(wide);
    if (error == std::errc::result_out_of_range) {
      const auto exponent = field.find_first_of("eE");
      const bool tiny =
          exponent != std::string_view::npos && field.substr(exponent + 1).starts_with('-');
      if (!tiny) return false;
      value = 0;
      error = {};
    }
  }
  return error == std::errc() && end == last && std::isfinite(value);
}

}  // namespace

bool parse_number(std::string_view field, Real& value) {
  const char* at = field.data();
  const char* const end = at + field.size();
  return (parse_plain(at, end, value) && at == end) || parse_any(field, value);
}

bool is_number(std::string_view field) {
  double value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  return error != std::errc::invalid_argument && end == field.data() + field.size();
}

std::size_t parse_numbers(std::string_view fields, std::size_t count, Real* values) {
  const char* at = fields.data();
  const char* const end = at + fields.size();
  for (std::size_t i = 0; i < count; ++i) {
    const char* const first = at;
    if (!parse_plain(at, end, values[i])) {
      at = std::find(first, end, ' ');
      const std::string_view field(first, static_cast<std::size_t>(at - first));
      if (!parse_any(field, values[i])) return i;
    }
    if (at != end) ++at;
  }
  return count;
}

}  // namespace tapegrad::detail
