// What the machine can do: bandwidth of memory and speed of matrix products.

#include <cblas.h>

#include <memory>
#include <tapegrad/core/kernels/blas.hpp>
#include <tapegrad/core/parallel.hpp>

#include "data.hpp"

namespace bench {
namespace {

// STREAM's triad (McCalpin, 1995): a = b + s c, which counts as three arrays moved.
Step triad(const Options& options) {
  const std::size_t n = options.number("n", 32 << 20);
  constexpr std::size_t block = 1 << 16;
  auto a = std::make_shared<tg::Array>(random_array({n}));
  const auto b = std::make_shared<tg::Array>(*a);
  const auto c = std::make_shared<tg::Array>(*a);
  return {.run =
              [=] {
                tg::parallel_for(n / block, [&](std::size_t i) {
                  float* x = a->data() + i * block;
                  const float* y = b->data() + i * block;
                  const float* z = c->data() + i * block;
                  for (std::size_t j = 0; j < block; ++j) x[j] = y[j] + 3.0F * z[j];
                });
              },
          .bytes = 3.0 * static_cast<double>(n * sizeof(float))};
}

// Square products, each thread its own.
Step sgemm(const Options&) {
  constexpr std::size_t n = 1024;
  tg::prepare_blas();
  const auto threads = static_cast<std::size_t>(tg::threads());
  const tg::Array a = random_array({n, n});
  auto results = std::make_shared<std::vector<tg::Array>>(threads, a);
  return {.run =
              [=] {
                tg::parallel_for(threads, [&](std::size_t i) {
                  constexpr int size = n;
                  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1.0F,
                              a.data(), size, a.data(), size, 0.0F, (*results)[i].data(), size);
                });
              },
          .flops = 2.0 * n * n * n * static_cast<double>(threads)};
}

}  // namespace

void add_limits(Registry& registry) {
  registry["triad"] = triad;
  registry["sgemm"] = sgemm;
}

}  // namespace bench
