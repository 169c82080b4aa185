#if defined(__AVX512F__)

#include <tapegrad/core/kernels/simd/loops.hpp>
#include <tapegrad/core/kernels/simd/tables.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

constinit const Simd simd_avx512 = loops;

}  // namespace tapegrad::inline TAPEGRAD_PRECISION

#endif
