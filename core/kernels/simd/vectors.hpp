// Vectors of numbers: an extension of GCC and Clang, with + - * / element by element. A vector that
// is wider than the processor's registers is computed in parts.
//
// For files in this folder only: everything is in an anonymous namespace, so that each source keeps
// the copy that was compiled with its flags.
#pragma once

#include <cstddef>
#include <tapegrad/core/real.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

#if defined(__AVX512F__)
constexpr std::size_t register_bytes = 64;
#elif defined(__AVX2__)
constexpr std::size_t register_bytes = 32;
#else
constexpr std::size_t register_bytes = 16;
#endif

template <std::size_t bytes>
struct VectorOf {
  using Type [[gnu::vector_size(bytes)]] = Real;
};
template <>
struct VectorOf<sizeof(Real)> {
  using Type = Real;
};
/// A vector of so many bytes; of one number: the number itself.
template <std::size_t bytes>
using Vector = typename VectorOf<bytes>::Type;

/// A vector that fills a register.
using Wide = Vector<register_bytes>;

/// How many numbers a vector has.
template <class V>
constexpr std::size_t lanes = sizeof(V) / sizeof(Real);

// The address need not be aligned.
template <class V>
[[gnu::always_inline]] inline V load(const Real* from) {
  V v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}

template <class V>
[[gnu::always_inline]] inline void store(Real* to, const V& v) {
  __builtin_memcpy(to, &v, sizeof v);
}

inline float root_of(float x) {
  return __builtin_sqrtf(x);
}
inline double root_of(double x) {
  return __builtin_sqrt(x);
}

}  // namespace
}  // namespace tapegrad::inline TAPEGRAD_PRECISION
