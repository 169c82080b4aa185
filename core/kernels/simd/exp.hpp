// The exponential function of vectors. See vectors.hpp for the rules of this folder.
#pragma once

#include <tapegrad/core/kernels/simd/vectors.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// What is known of float and double, and how many terms of the series reach their precision.
template <class T>
struct Exponential;

template <>
struct Exponential<float> {
  using Bits = std::uint32_t;
  static constexpr Bits bias = 127;
  static constexpr int mantissa = 23;
  static constexpr int terms = 7;
  static constexpr float smallest = -87.0F;        // e^x is a normal number from here on
  static constexpr float ln2_high = 0x1.62E4p-1F;  // 16 bits: its products with n are exact
  static constexpr float ln2_low = 1.42860677e-6F;
};

template <>
struct Exponential<double> {
  using Bits = std::uint64_t;
  static constexpr Bits bias = 1023;
  static constexpr int mantissa = 52;
  static constexpr int terms = 13;
  static constexpr double smallest = -708.0;
  static constexpr double ln2_high = 0x1.62E42FEEp-1;  // 32 bits
  static constexpr double ln2_low = 1.9082149292705877e-10;
};

constexpr Real inverse_factorial(int k) {
  double result = 1;
  for (int i = 2; i <= k; ++i) result /= i;
  return static_cast<Real>(result);
}

/// e^x for x up to about 1, within 2 units of the last place; 0 where it is no normal number. With
/// n the integer next to x / ln 2 and r = x - n ln 2, it is 2^n times the series of e^r.
[[gnu::always_inline]] inline Wide exp_of(Wide x) {
  using E = Exponential<Real>;
  using Bits [[gnu::vector_size(register_bytes)]] = E::Bits;
  // Adding this leaves no bits for a fraction: the integer is in the last bits of the sum.
  constexpr Real round = Real(3) * static_cast<Real>(std::uint64_t(1) << (E::mantissa - 1));
  const Wide shifted = x * Real(1.4426950408889634) + round;
  const Wide n = shifted - round;
  const Wide r = x - n * E::ln2_high - n * E::ln2_low;
  Wide series = Wide{} + inverse_factorial(E::terms);
#pragma GCC unroll 16
  for (int k = E::terms - 1; k >= 0; --k) series = series * r + inverse_factorial(k);
  const Bits exponent = __builtin_bit_cast(Bits, shifted) + E::bias;
  const Wide power = __builtin_bit_cast(Wide, exponent << E::mantissa);
  return x < E::smallest ? Wide{} : series * power;
}

inline float log_of(float x) {
  return __builtin_logf(x);
}
inline double log_of(double x) {
  return __builtin_log(x);
}

}  // namespace
}  // namespace tapegrad::inline TAPEGRAD_PRECISION
