#if defined(__AVX2__)

#include <tapegrad/core/kernels/simd/loops.hpp>
#include <tapegrad/core/kernels/simd/tables.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

constinit const Simd simd_avx2 = loops;

}  // namespace tapegrad::inline TAPEGRAD_PRECISION

#endif
