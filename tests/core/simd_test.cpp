// Each loop of core/kernels/simd against plain code, on every instruction set this processor has.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <tapegrad/core/kernels/simd.hpp>
#include <tapegrad/core/kernels/simd_level.hpp>
#include <tapegrad/core/rng.hpp>
#include <vector>

namespace tg = tapegrad;

namespace {

using Numbers = std::vector<tg::Real>;

// Whole and part vectors of every width.
const std::vector<std::size_t> widths{0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 33, 63, 100, 129, 300};

Numbers random(std::size_t n, std::uint64_t seed) {
  Numbers x(n);
  tg::Rng rng(seed);
  for (tg::Real& v : x) v = static_cast<tg::Real>(rng.uniform(-1, 1));
  return x;
}

bool same_bits(const Numbers& a, const Numbers& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(tg::Real)) == 0;
}

// What run() gives with plain code, then with each instruction set; the best is in use afterwards.
template <class F>
std::vector<Numbers> on_every_level(const F& run) {
  std::vector<Numbers> results;
  for (const tg::SimdLevel level : tg::simd_levels()) {
    tg::set_simd_level(level);
    results.push_back(run());
  }
  return results;
}

template <class F>
Numbers same_on_every_level(const F& run) {
  const std::vector<Numbers> results = on_every_level(run);
  for (const Numbers& result : results) REQUIRE(same_bits(result, results[0]));
  return results[0];
}

}  // namespace

TEST_CASE("the best instruction set is in use, and one the processor has not is refused") {
  REQUIRE(tg::simd_levels().front() == tg::SimdLevel::base);
  const tg::Simd* best = &tg::simd();
  tg::set_simd_level(tg::simd_levels().back());
  CHECK(&tg::simd() == best);
  CHECK_THROWS_AS(tg::set_simd_level(static_cast<tg::SimdLevel>(9)), std::invalid_argument);
}

TEST_CASE("sums of rows are those of plain code, bit for bit on every instruction set") {
  const std::vector<std::size_t> starts{0, 0, 1, 3, 4, 60, 61, 64};
  const std::size_t sums = starts.size() - 1;
  tg::Rng rng(1);
  std::vector<tg::Index> rows(starts.back());
  for (tg::Index& row : rows) row = static_cast<tg::Index>(rng.below(20));
  rows[3] = 5;  // a sum of left-out rows only
  for (const std::size_t width : widths) {
    for (const bool weighted : {false, true}) {
      for (const bool mean : {false, true}) {
        INFO("width " << width << (weighted ? ", weighted" : "") << (mean ? ", mean" : ""));
        const Numbers table = random(20 * width + 1, 2), factors = random(rows.size(), 3);
        const Numbers result = same_on_every_level([&] {
          Numbers to(sums * width + 1, 7);
          // One number further: no vector is aligned.
          tg::simd().sum_rows({.from = table.data() + 1,
                               .width = width,
                               .rows = rows.data(),
                               .starts = starts.data(),
                               .factors = weighted ? factors.data() : nullptr,
                               .skip = 5,
                               .mean = mean,
                               .to = to.data() + 1},
                              0, sums);
          return to;
        });
        CHECK(result[0] == 7);
        for (std::size_t k = 0; k < sums; ++k) {
          for (std::size_t d = 0; d < width; ++d) {
            double total = 0;
            int terms = 0;
            for (std::size_t i = starts[k]; i < starts[k + 1]; ++i) {
              if (rows[i] == 5) continue;
              const double factor = weighted ? static_cast<double>(factors[i]) : 1.0;
              total += factor * static_cast<double>(
                                    table[1 + static_cast<std::size_t>(rows[i]) * width + d]);
              ++terms;
            }
            if (mean && terms > 0) total /= terms;
            REQUIRE(static_cast<double>(result[1 + k * width + d]) == Approx(total).margin(1e-5));
          }
        }
      }
    }
  }
}

TEST_CASE("sums of rows pass NaN and infinities on, in their column only") {
  constexpr tg::Real inf = std::numeric_limits<tg::Real>::infinity();
  const std::vector<tg::Index> rows{0, 1};
  const std::vector<std::size_t> starts{0, 2};
  for (const std::size_t width : {5, 16, 21}) {
    for (std::size_t d = 0; d + 2 < width; ++d) {
      Numbers table(2 * width, 1);
      table[d] = NAN;
      table[width + d + 1] = inf;
      table[d + 2] = -inf;
      table[width + d + 2] = inf;
      for (const tg::SimdLevel level : tg::simd_levels()) {
        tg::set_simd_level(level);
        Numbers to(width);
        tg::simd().sum_rows({.from = table.data(),
                             .width = width,
                             .rows = rows.data(),
                             .starts = starts.data(),
                             .to = to.data()},
                            0, 1);
        for (std::size_t i = 0; i < width; ++i) {
          CHECK(std::isnan(to[i]) == (i == d || i == d + 2));
          CHECK(std::isinf(to[i]) == (i == d + 1));
        }
      }
    }
  }
}
