#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <tapegrad/core/half.hpp>

using tapegrad::BFloat16;
using tapegrad::Half;
using tapegrad::to_bfloat16;
using tapegrad::to_float;
using tapegrad::to_half;

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

// The number of a finite half by IEEE 754's definition.
double by_definition(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int mantissa = bits & 1023;
  const double size =
      exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
  return bits >> 15 == 0 ? size : -size;
}

}  // namespace

TEST_CASE("every half is the number of its definition, and comes back") {
  for (std::uint32_t i = 0; i < 0x10000U; ++i) {
    const Half half{static_cast<std::uint16_t>(i)};
    const float number = to_float(half);
    const bool finite = (i & 0x7C00U) != 0x7C00U;
    if (finite && number != by_definition(half.bits)) FAIL("half " << i << " is " << number);
    if (!std::isnan(number) && to_half(number).bits != half.bits) FAIL("half " << i);
    if (!finite && std::isnan(number) != ((i & 0x3FFU) != 0)) FAIL("half " << i);
  }
  CHECK(to_float(Half{0x7C00}) == inf);
  CHECK(to_float(Half{0xFC00}) == -inf);
  CHECK(std::signbit(to_float(Half{0x8000})));
}

TEST_CASE("a float becomes the nearest half, halfway the even one") {
  for (std::uint16_t bits = 0; bits < 0x7BFF; ++bits) {
    const double low = by_definition(bits), high = by_definition(bits + 1);
    const auto middle = static_cast<float>((low + high) / 2);  // exact
    const std::uint16_t even = bits % 2 == 0 ? bits : static_cast<std::uint16_t>(bits + 1);
    const bool right = to_half(middle).bits == even &&
                       to_half(std::nextafter(middle, 0.0F)).bits == bits &&
                       to_half(std::nextafter(middle, inf)).bits == bits + 1 &&
                       to_half(-middle).bits == (even | 0x8000);
    if (!right) FAIL("half " << bits);
  }
  CHECK(to_half(65519.996F).bits == 0x7BFF);
  CHECK(to_half(65520.0F).bits == 0x7C00);
  CHECK(to_half(-1e30F).bits == 0xFC00);
  CHECK(to_half(1e-30F).bits == 0);
  CHECK(std::isnan(to_float(to_half(not_a_number))));
}

TEST_CASE("a bfloat16 is the upper half of a float, rounded to the nearest, halfway to even") {
  for (std::uint32_t i = 0; i < 0x10000U; ++i) {
    const BFloat16 number{static_cast<std::uint16_t>(i)};
    if (!std::isnan(to_float(number)) && to_bfloat16(to_float(number)).bits != i) FAIL(i);
  }
  CHECK(to_float(BFloat16{0x3FC0}) == 1.5F);
  // Steps near 1 are 2^-7.
  CHECK(to_bfloat16(1.0F + 0x1p-8F).bits == 0x3F80);
  CHECK(to_bfloat16(1.0F + 0x1.8p-8F).bits == 0x3F81);
  CHECK(to_bfloat16(1.0F + 0x3p-8F).bits == 0x3F82);
  CHECK(to_bfloat16(std::numeric_limits<float>::max()).bits == 0x7F80);
  CHECK(std::isnan(to_float(to_bfloat16(std::bit_cast<float>(0x7F800001U)))));
}
