// Each loop of core/kernels/simd against plain code, on every instruction set this processor has.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <simd_levels.hpp>
#include <tapegrad/core/kernels/simd.hpp>
#include <tapegrad/core/kernels/simd_level.hpp>
#include <tapegrad/core/rng.hpp>
#include <utility>
#include <vector>

TEST_CASE("the best instruction set is in use, and one the processor has not is refused") {
  REQUIRE(tg::simd_levels().front() == tg::SimdLevel::base);
  const tg::Simd* best = &tg::simd();
  tg::set_simd_level(tg::simd_levels().back());
  CHECK(&tg::simd() == best);
  CHECK_THROWS_AS(tg::set_simd_level(static_cast<tg::SimdLevel>(9)), std::invalid_argument);
}

TEST_CASE("products of rows are those of plain code, the same bits on every instruction set") {
  constexpr std::size_t vectors = tg::RowProducts::vectors;
  constexpr std::size_t rows = 21;  // two groups and a part of one
  for (const std::size_t width : widths) {
    INFO("width " << width);
    const Numbers table = random(rows * width + 1, 2), columns = random(width * vectors + 1, 3);
    // One number further: no vector is aligned.
    const auto multiply = [&](Numbers least) {
      Numbers to(rows * vectors + 2, 7);
      std::array<bool, 3> reached{true, true, true};
      tg::simd().multiply_rows({.rows = table.data() + 1,
                                .width = width,
                                .transposed = columns.data() + 1,
                                .least = least.data(),
                                .products = to.data() + 1,
                                .reached = reached.data()},
                               rows);
      return std::pair{to, reached};
    };
    const Numbers never(vectors, std::numeric_limits<tg::Real>::infinity());
    const Numbers result = same_on_every_level([&] { return multiply(never).first; });
    CHECK(result.front() == 7);
    CHECK(result.back() == 7);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t v = 0; v < vectors; ++v) {
        double total = 0;
        for (std::size_t i = 0; i < width; ++i) {
          total += static_cast<double>(table[1 + r * width + i]) *
                   static_cast<double>(columns[1 + i * vectors + v]);
        }
        REQUIRE(static_cast<double>(result[1 + r * vectors + v]) == Approx(total).margin(1e-5));
      }
    }
    // A group is reached if one product of it is as large as asked for, whichever it is.
    for (const std::size_t row : {0U, 7U, 8U, 15U, 16U, 20U}) {
      for (const std::size_t vector : {std::size_t{0}, vectors - 1}) {
        Numbers least = never;
        least[vector] = result[1 + row * vectors + vector];
        std::array<bool, 3> wanted{};
        for (std::size_t r = 0; r < rows; ++r) {
          if (result[1 + r * vectors + vector] >= least[vector]) wanted[r / 8] = true;
        }
        REQUIRE(wanted[row / 8]);
        for (const tg::SimdLevel level : tg::simd_levels()) {
          tg::set_simd_level(level);
          REQUIRE(multiply(least).second == wanted);
        }
      }
    }
  }
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
  for (const std::size_t width : {5U, 16U, 21U}) {
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

TEST_CASE("a dot product is that of double, bit for bit on every instruction set") {
  for (const std::size_t n : widths) {
    INFO("width " << n);
    const Numbers a = random(n + 1, 12), b = random(n + 1, 13);
    double wanted = 0;
    for (std::size_t i = 1; i <= n; ++i)
      wanted += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    const Numbers result =
        same_on_every_level([&] { return Numbers{tg::simd().dot(a.data() + 1, b.data() + 1, n)}; });
    CHECK(static_cast<double>(result[0]) == Approx(wanted).margin(1e-5));
  }
}

TEST_CASE("dropout takes half of a draw for an element, whatever the range it is called with") {
  const tg::Rng rng(3);
  const std::size_t n = 1000;
  const Numbers x = random(n, 4);
  const auto threshold = static_cast<std::uint32_t>(0.3 * 0x1p32);
  Numbers wanted(n);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t bits = rng.at(i / 2) >> (i % 2 == 0 ? 0U : 32U);
    wanted[i] = (bits & 0xFFFFFFFFU) < threshold ? 0 * x[i] : 2 * x[i];
  }
  const Numbers result = same_on_every_level([&] {
    Numbers y(n, 7);
    const tg::Dropped dropped{
        .x = x.data(), .y = y.data(), .key = rng.key(), .threshold = threshold, .scale = 2};
    std::size_t begin = 0;
    for (const std::size_t end : {0U, 1U, 2U, 5U, 262U, 263U, 519U, 1000U}) {
      tg::simd().dropout(dropped, begin, end);
      begin = end;
    }
    return y;
  });
  CHECK(same_bits(result, wanted));
}

TEST_CASE("softmax and its logarithm are those of double, bit for bit on every instruction set") {
  for (const std::size_t n : widths) {
    INFO("width " << n);
    Numbers x = random(n + 1, 5);
    for (tg::Real& v : x) v *= 20;  // down to e^-40
    if (n > 2) x[2] = -200;         // e^-200 is no float
    const auto run = [&](void (*tg::Simd::*loop)(const tg::Real*, tg::Real*, std::size_t)) {
      return same_on_every_level([&] {
        Numbers y(n + 1, 7);
        (tg::simd().*loop)(x.data() + 1, y.data() + 1, n);
        return y;
      });
    };
    const Numbers y = run(&tg::Simd::softmax), log_y = run(&tg::Simd::log_softmax);
    double total = 0;
    for (std::size_t i = 1; i <= n; ++i) total += std::exp(static_cast<double>(x[i]));
    for (std::size_t i = 1; i <= n; ++i) {
      const double log_wanted = static_cast<double>(x[i]) - std::log(total);
      // A difference of 40 is rounded by 2e-6, and so is its exponential.
      REQUIRE(static_cast<double>(y[i]) ==
              Approx(std::exp(log_wanted)).epsilon(3e-6).margin(1e-37));
      REQUIRE(static_cast<double>(log_y[i]) == Approx(log_wanted).epsilon(1e-6).margin(1e-5));
    }
  }
}

TEST_CASE("a line with a NaN or +inf, or of -inf only, has NaN as its softmax") {
  constexpr tg::Real inf = std::numeric_limits<tg::Real>::infinity();
  for (const std::size_t n : {1U, 5U, 16U, 40U}) {
    for (const tg::SimdLevel level : tg::simd_levels()) {
      tg::set_simd_level(level);
      for (const tg::Real bad : {tg::Real(NAN), inf, -inf}) {
        Numbers x(n, bad == -inf ? bad : tg::Real(1)), y(n), log_y(n);
        x[n / 2] = bad;
        tg::simd().softmax(x.data(), y.data(), n);
        tg::simd().log_softmax(x.data(), log_y.data(), n);
        for (const tg::Real v : y) REQUIRE(std::isnan(v));
        for (const tg::Real v : log_y) REQUIRE(std::isnan(v));
      }
      Numbers x(n + 1, 0), y(n + 1);
      x[n] = -inf;
      tg::simd().softmax(x.data(), y.data(), n + 1);
      CHECK(y[0] == Approx(1.0 / static_cast<double>(n)));
      CHECK(y[n] == 0);
    }
  }
}

TEST_CASE("gradients of softmax are those of double, bit for bit on every instruction set") {
  for (const std::size_t n : widths) {
    INFO("width " << n);
    const Numbers log_y = random(n, 6), dy = random(n, 7);
    Numbers y(n);
    double dot = 0, total = 0;
    for (std::size_t i = 0; i < n; ++i) {
      y[i] = std::exp(log_y[i]);
      dot += static_cast<double>(y[i]) * static_cast<double>(dy[i]);
      total += static_cast<double>(dy[i]);
    }
    const Numbers dx = same_on_every_level([&] {
      Numbers to(n);
      tg::simd().softmax_gradient(y.data(), dy.data(), to.data(), n);
      return to;
    });
    const Numbers log_dx = same_on_every_level([&] {
      Numbers to(n);
      tg::simd().log_softmax_gradient(log_y.data(), dy.data(), to.data(), n);
      return to;
    });
    for (std::size_t i = 0; i < n; ++i) {
      const double p = static_cast<double>(y[i]), g = static_cast<double>(dy[i]);
      REQUIRE(static_cast<double>(dx[i]) == Approx(p * (g - dot)).epsilon(1e-5).margin(1e-4));
      REQUIRE(static_cast<double>(log_dx[i]) == Approx(g - p * total).epsilon(1e-5).margin(1e-5));
    }
  }
}
