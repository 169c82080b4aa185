// Run by ctest with OPENBLAS_CORETYPE=Prescott, which OpenBLAS reads when it is loaded: as if it
// did not know the processor and had fallen back to its slowest kernels.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <tapegrad/core/kernels/blas.hpp>
#include <tapegrad/core/kernels/matmul.hpp>

namespace tg = tapegrad;

TEST_CASE("slow OpenBLAS kernels are exchanged for those of the processor", "[.blas]") {
  unsetenv("OPENBLAS_CORETYPE");
  const std::string kernels = tg::blas_kernels();
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    CHECK((kernels == "Haswell" || kernels == "SkylakeX" || kernels == "Cooperlake"));
  }
#endif
  CHECK(std::getenv("OPENBLAS_CORETYPE") == nullptr);

  const std::vector<tg::Real> a{1, 2, 3, 4, 5, 6};
  std::vector<tg::Real> c(4);
  tg::matmul(2, 2, 3, {a.data(), 3}, {a.data(), 3, true}, c.data(), 2);
  CHECK(c == std::vector<tg::Real>{14, 32, 32, 77});
}

TEST_CASE("a choice of kernels by the user is left alone", "[.blas]") {
  CHECK(tg::blas_kernels() == "Prescott");
}
