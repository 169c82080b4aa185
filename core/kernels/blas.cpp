#include <tapegrad/core/kernels/blas.hpp>

#include <sys/mman.h>

#include <cstdlib>
#include <map>
#include <mutex>
#include <new>
#include <string>
#include <tapegrad/core/log.hpp>

// Weak: with another BLAS in OpenBLAS's place these are null.
extern "C" {
__attribute__((weak)) char* openblas_get_corename();
__attribute__((weak)) char* openblas_get_config();
__attribute__((weak)) void openblas_set_num_threads(int);
__attribute__((weak)) void gotoblas_dynamic_quit();
__attribute__((weak)) void gotoblas_dynamic_init();
}

namespace tapegrad {
namespace {

// The name of OpenBLAS's kernels for this processor; "" where we do not know better than OpenBLAS.
std::string best_kernels() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    // A tenth faster than those of SkylakeX in single precision, where they run.
    return __builtin_cpu_supports("avx512bf16") ? "Cooperlake" : "SkylakeX";
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "Haswell";
#endif
  return "";
}

// How far kernels use the processor: 0 SSE, 1 AVX, 2 AVX2, 3 AVX-512.
int level(const std::string& kernels) {
  static const std::map<std::string, int> levels{
      {"Sandybridge", 1}, {"Bulldozer", 1},     {"Piledriver", 1}, {"Steamroller", 1},
      {"Excavator", 2},   {"Haswell", 2},       {"Zen", 2},        {"SkylakeX", 3},
      {"Cooperlake", 3},  {"SapphireRapids", 3}};
  const auto found = levels.find(kernels);
  return found == levels.end() ? 0 : found->second;
}

void choose_kernels() {
  const std::string best = best_kernels();
  if (best.empty() || openblas_get_corename == nullptr ||
      std::getenv("OPENBLAS_CORETYPE") != nullptr ||
      level(openblas_get_corename()) >= level(best)) {
    return;
  }
  if (gotoblas_dynamic_quit == nullptr || gotoblas_dynamic_init == nullptr) {
    warn("OpenBLAS uses its " + std::string(openblas_get_corename()) +
         " kernels; set OPENBLAS_CORETYPE=" + best + " for faster matrix products");
    return;
  }
  setenv("OPENBLAS_CORETYPE", best.c_str(), 1);
  gotoblas_dynamic_quit();
  gotoblas_dynamic_init();
  unsetenv("OPENBLAS_CORETYPE");
}

}  // namespace

void prepare_blas() {
  static std::once_flag once;
  std::call_once(once, [] {
    choose_kernels();
    if (openblas_set_num_threads != nullptr) openblas_set_num_threads(1);
  });
}

void check_blas_memory() {
  thread_local bool checked = false;
  if (checked) return;
  constexpr std::size_t buffer = std::size_t{130} << 20U;  // of x86-64, and some bookkeeping
  void* const room =
      ::mmap(nullptr, buffer, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED) throw std::bad_alloc();
  ::munmap(room, buffer);
  checked = true;
}

std::string blas_kernels() {
  prepare_blas();
  return openblas_get_corename == nullptr ? "unknown" : openblas_get_corename();
}

std::string blas_name() {
  if (openblas_get_config == nullptr) return "unknown BLAS";
  const std::string config =
      openblas_get_config();  // "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ..."
  return config.substr(0, config.find(' ', config.find(' ') + 1));
}

}  // namespace tapegrad
