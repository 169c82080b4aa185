// The tables of loops, one for each instruction set. avx2 and avx512 are there on x86-64 only.
#pragma once

#include <tapegrad/core/kernels/simd.hpp>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

extern const Simd simd_base;
extern const Simd simd_avx2;
extern const Simd simd_avx512;

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
