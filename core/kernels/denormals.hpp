// Denormal numbers: so small that processors compute with them many times slower. Moments of
// optimizers decay into them, and gradients that travel far back.
#pragma once

#include <cstdint>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace tapegrad {

/// While it lives, this thread computes with the given mode. A mode belongs to a thread;
/// parallel_for gives the caller's to every thread that helps, so that the bits do not depend on
/// who computes.
class FloatingPointMode {
 public:
  explicit FloatingPointMode(std::uint64_t mode) : before_(current()) {
    if (mode != before_) set(mode);
  }
  ~FloatingPointMode() { set(before_); }
  FloatingPointMode(const FloatingPointMode&) = delete;
  FloatingPointMode& operator=(const FloatingPointMode&) = delete;

  /// The processor's control register; 0 on one that we do not know.
  static std::uint64_t current() {
    std::uint64_t mode = 0;
#if defined(__SSE__)
    mode = _mm_getcsr();
#elif defined(__aarch64__)
    __asm__ __volatile__("mrs %0, fpcr" : "=r"(mode));
#endif
    return mode;
  }

#if defined(__SSE__)
  static constexpr std::uint64_t flush = 0x8040;  // results, and inputs
#elif defined(__aarch64__)
  static constexpr std::uint64_t flush = std::uint64_t{1} << 24U;
#else
  static constexpr std::uint64_t flush = 0;
#endif

 private:
  static void set(std::uint64_t mode) {
#if defined(__SSE__)
    _mm_setcsr(static_cast<unsigned>(mode));
#elif defined(__aarch64__)
    __asm__ __volatile__("msr fpcr, %0" : : "r"(mode));
#else
    static_cast<void>(mode);
#endif
  }

  std::uint64_t before_;
};

/// While it lives, this thread, and those that help it in a parallel loop begun meanwhile, treat
/// denormal numbers as zero.
class FlushDenormals {
 public:
  FlushDenormals() : mode_(FloatingPointMode::current() | FloatingPointMode::flush) {}

 private:
  FloatingPointMode mode_;
};

}  // namespace tapegrad
