#include <tapegrad/core/kernels/simd.hpp>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <tapegrad/core/kernels/simd/tables.hpp>
#include <tapegrad/core/kernels/simd_level.hpp>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace tapegrad {
namespace {

#if defined(__x86_64__)
// Clang 14 knows no __builtin_cpu_supports("f16c").
bool has_f16c() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
}
#endif

}  // namespace

std::vector<SimdLevel> simd_levels() {
  std::vector<SimdLevel> levels{SimdLevel::base};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && has_f16c()) levels.push_back(SimdLevel::avx2);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    levels.push_back(SimdLevel::avx512);
  }
#endif
  return levels;
}

inline namespace TAPEGRAD_PRECISION {
namespace {

const Simd& table_of(SimdLevel level) {
#if defined(__x86_64__)
  if (level == SimdLevel::avx512) return simd_avx512;
  if (level == SimdLevel::avx2) return simd_avx2;
#endif
  static_cast<void>(level);
  return simd_base;
}

// Null until first asked for.
std::atomic<const Simd*> in_use{nullptr};

}  // namespace

const Simd& simd() {
  const Simd* table = in_use;
  if (table == nullptr) {
    table = &table_of(simd_levels().back());
    in_use = table;
  }
  return *table;
}

void set_simd_level(SimdLevel level) {
  const std::vector<SimdLevel> levels = simd_levels();
  if (std::find(levels.begin(), levels.end(), level) == levels.end()) {
    throw std::invalid_argument("set_simd_level: this processor has not that instruction set");
  }
  in_use = &table_of(level);
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
