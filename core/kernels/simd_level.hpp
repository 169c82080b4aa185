// Which of the loops in simd.hpp are in use.
#pragma once

#include <tapegrad/core/real.hpp>
#include <vector>

namespace tapegrad {

/// Instruction sets for which there are loops, in rising order.
enum class SimdLevel {
  base,   ///< what every processor of the architecture has
  avx2,   ///< x86-64: vectors of 32 bytes (AVX2, F16C)
  avx512  ///< x86-64: vectors of 64 bytes (AVX-512 F, BW, DQ, VL)
};

/// Those that this processor has; the last one is in use unless changed.
std::vector<SimdLevel> simd_levels();

inline namespace TAPEGRAD_PRECISION {

/// Changes the loops in use, for tests and measurements; not while other threads compute. Throws
/// std::invalid_argument for an instruction set that this processor has not.
void set_simd_level(SimdLevel level);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
