// Numbers of 16 bits: IEEE 754's half precision (F16) and bfloat16, the upper half of a float.
// They are for storage; whoever computes with them makes floats of them first.
#pragma once

#include <bit>
#include <cstdint>

namespace tapegrad {

/// 1 bit of sign, 5 of exponent, 10 of mantissa: up to 65504, steps of 2^-24 near zero.
struct Half {
  std::uint16_t bits = 0;
};
/// 1 bit of sign, 8 of exponent, 7 of mantissa: the range of float.
struct BFloat16 {
  std::uint16_t bits = 0;
};

/// The same number, exactly; NaN stays NaN.
inline float to_float(Half half) {
  const std::uint32_t sign = (half.bits & 0x8000U) << 16U;
  const std::uint32_t exponent = (half.bits >> 10U) & 0x1FU;
  const std::uint32_t mantissa = half.bits & 0x3FFU;
  if (exponent == 0) {  // zero and subnormal: a multiple of 2^-24
    const std::uint32_t size =
        std::bit_cast<std::uint32_t>(static_cast<float>(mantissa) * 0x1p-24F);
    return std::bit_cast<float>(sign | size);
  }
  // The biases are 15 and 127; infinity and NaN have all bits of the exponent set.
  const std::uint32_t wide = exponent == 0x1FU ? 0xFFU : exponent + 112;
  return std::bit_cast<float>(sign | wide << 23U | mantissa << 13U);
}
inline float to_float(BFloat16 number) {
  return std::bit_cast<float>(std::uint32_t{number.bits} << 16U);
}

/// The nearest half, of two equally near ones the even one; from 65520 on it is infinity.
inline Half to_half(float number) {
  const auto bits = std::bit_cast<std::uint32_t>(number);
  const std::uint32_t sign = (bits >> 16U) & 0x8000U;
  const std::uint32_t size = bits & 0x7FFFFFFFU;
  std::uint32_t half = 0;
  if (size > 0x7F800000U) {
    half = 0x7E00U;  // NaN
  } else if (size >= std::bit_cast<std::uint32_t>(65520.0F)) {
    half = 0x7C00U;  // infinity
  } else if (size < std::bit_cast<std::uint32_t>(0x1p-14F)) {
    // Subnormal. Floats from 0.5 on have steps of 2^-24 too, so adding 0.5 rounds.
    const float shifted = std::bit_cast<float>(size) + 0.5F;
    half = std::bit_cast<std::uint32_t>(shifted) - std::bit_cast<std::uint32_t>(0.5F);
  } else {
    const std::uint32_t even = (size >> 13U) & 1U;
    half = (size + 0xFFFU + even - (112U << 23U)) >> 13U;
  }
  return {static_cast<std::uint16_t>(sign | half)};
}

/// The nearest bfloat16, of two equally near ones the even one.
inline BFloat16 to_bfloat16(float number) {
  const auto bits = std::bit_cast<std::uint32_t>(number);
  if (number != number) return {static_cast<std::uint16_t>(bits >> 16U | 0x40U)};
  const std::uint32_t even = (bits >> 16U) & 1U;
  return {static_cast<std::uint16_t>((bits + 0x7FFFU + even) >> 16U)};
}

}  // namespace tapegrad
