// The reference is the C library's strtof, which rounds correctly.
#include <fmt/format.h>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <tapegrad/core/rng.hpp>
#include <tapegrad/text/numbers.hpp>

using tapegrad::Real;
using tapegrad::Rng;
using tapegrad::detail::parse_number;
using tapegrad::detail::parse_numbers;

namespace {

std::uint32_t bits_of(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

// Whether the number is read as strtof reads it, to the bit.
bool agrees(const std::string& text) {
  Real value = 0;
  return parse_number(text, value) && bits_of(value) == bits_of(std::strtof(text.c_str(), nullptr));
}

std::size_t disagreements(std::size_t count, const std::function<std::string()>& next) {
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string text = next();
    if (agrees(text)) continue;
    if (wrong++ < 5) UNSCOPED_INFO(text);
  }
  return wrong;
}

}  // namespace

TEST_CASE("two million numbers of the form of GloVe's are read to the bit") {
  Rng rng(1);
  const auto next = [&] {
    const int decimals = static_cast<int>(rng.below(9));
    return fmt::format("{:.{}f}", rng.uniform(-10.0, 10.0), decimals);
  };
  CHECK(disagreements(2'000'000, next) == 0);
}

TEST_CASE("numbers of any length are read to the bit") {
  Rng rng(2);
  const auto next = [&] {
    std::string text = rng.below(2) == 0 ? "-" : "";
    const std::size_t digits = 1 + rng.below(24);
    const std::size_t point = rng.below(digits + 2);
    for (std::size_t i = 0; i < digits; ++i) {
      if (i == point) text += '.';
      text += static_cast<char>('0' + rng.below(10));
    }
    return text;
  };
  CHECK(disagreements(1'000'000, next) == 0);
}

TEST_CASE("numbers next to the middle of two floats are read to the bit") {
  Rng rng(3);
  const auto next = [&] {
    const auto low = static_cast<float>(rng.uniform(0.1, 0.9));
    const float high = std::nextafter(low, 1.0F);
    const double middle = (static_cast<double>(low) + static_cast<double>(high)) / 2;
    return fmt::format("{:.{}f}", middle, 14 + rng.below(5));
  };
  CHECK(disagreements(500'000, next) == 0);
  for (const char* text : {"16777217", "16777219", "-33554434.0", "16777217.000000001"}) {
    INFO(text);
    CHECK(agrees(text));
  }
}

TEST_CASE("floats of any size, with exponents, are read to the bit") {
  Rng rng(4);
  const auto next = [&] {
    float value = NAN;
    while (!std::isfinite(value)) {
      const auto bits = static_cast<std::uint32_t>(rng.below(std::uint64_t{1} << 32U));
      std::memcpy(&value, &bits, sizeof value);
    }
    return fmt::format("{:.{}g}", value, 1 + rng.below(12));
  };
  std::size_t wrong = 0;
  for (int i = 0; i < 500'000; ++i) {
    const std::string text = next();
    const float wanted = std::strtof(text.c_str(), nullptr);
    Real value = 0;
    const bool ok = parse_number(text, value);
    const bool tiny = std::abs(wanted) < 1.2e-38F;  // below the normal numbers
    if (ok != std::isfinite(wanted) || (ok && !tiny && bits_of(value) != bits_of(wanted))) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("only whole finite numbers are numbers") {
  for (const char* text : {"0", "-0", "-0.0", "5.", ".5", "-.5", "007", "1e-3", "2E5",
                           "0000000000000000000000000.1", "9007199254740993"}) {
    INFO(text);
    CHECK(agrees(text));
  }
  Real value = 0;
  for (const char* text : {"", "-", ".", "-.", "+1", "1.2.3", "1,5", "0x1", "x", "1x", "nan", "inf",
                           "-inf", "1e99", "1e", " 1", "1 ", "1 2"}) {
    INFO(text);
    CHECK_FALSE(parse_number(text, value));
  }
  CHECK(parse_number("1e-60", value));
  CHECK(value == 0);
  CHECK(parse_number("-1e-999", value));
  CHECK(value == 0);
}

TEST_CASE("fields are read up to the first that is no number") {
  Real values[3] = {};
  CHECK(parse_numbers("0.5 -1.25 1e-3", 3, values) == 3);
  CHECK(values[1] == -1.25F);
  CHECK(values[2] == 1e-3F);
  CHECK(parse_numbers("1 x 3", 3, values) == 1);
  CHECK(parse_numbers("1  3", 3, values) == 1);
  CHECK(parse_numbers("1 2", 3, values) == 2);
  CHECK(parse_numbers("1 2 ", 3, values) == 2);
}
