// All loops, for the instruction set of the source that includes this. See vectors.hpp for the
// rules of this folder.
#pragma once

#include <tapegrad/core/kernels/simd/sum_rows.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

constexpr Simd loops{.sum_rows = sum_rows};

}  // namespace
}  // namespace tapegrad::inline TAPEGRAD_PRECISION
