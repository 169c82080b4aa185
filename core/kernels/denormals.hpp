// Denormal numbers: so small that processors compute with them many times slower. Moments of
// optimizers decay into them.
#pragma once

#include <cstdint>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace tapegrad {

/// While it lives, this thread treats denormal numbers as zero. The setting belongs to a thread, so
/// make one inside each block of a parallel loop, or the bits depend on which threads run it.
class FlushDenormals {
 public:
#if defined(__SSE__)
  FlushDenormals() : before_(_mm_getcsr()) {
    _mm_setcsr(before_ | flush_to_zero_and_inputs);
  }
  ~FlushDenormals() {
    _mm_setcsr(before_);
  }
#elif defined(__aarch64__)
  FlushDenormals() {
    __asm__ __volatile__("mrs %0, fpcr" : "=r"(before_));
    __asm__ __volatile__("msr fpcr, %0" : : "r"(before_ | flush_to_zero));
  }
  ~FlushDenormals() {
    __asm__ __volatile__("msr fpcr, %0" : : "r"(before_));
  }
#else
  FlushDenormals() = default;
#endif
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
#if defined(__SSE__)
  static constexpr unsigned flush_to_zero_and_inputs = 0x8040;
  unsigned before_;
#elif defined(__aarch64__)
  static constexpr std::uint64_t flush_to_zero = std::uint64_t{1} << 24U;
  std::uint64_t before_ = 0;
#endif
};

}  // namespace tapegrad
