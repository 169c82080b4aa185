// The steps of optimizers in core/kernels/simd against their formulas, on every instruction set
// this processor has.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <simd_levels.hpp>

namespace {

constexpr tg::AdamScalars adam{.beta1 = 0.9F,
                               .rest1 = 0.1F,
                               .beta2 = 0.99F,
                               .rest2 = 0.01F,
                               .step_size = 0.1F,
                               .root = 2,
                               .eps = 1e-3F,
                               .l2 = 0.3F,
                               .decay = 0.2F};

}  // namespace

TEST_CASE("optimizers' steps are those of their formulas, bit for bit on every instruction set") {
  const tg::SgdScalars s{.lr = 0.1F, .l2 = 0.3F, .momentum = 0.9F, .share = 0.5F};
  for (const std::size_t n : widths) {
    INFO("width " << n);
    const Numbers x = random(n, 8), m = random(n, 9), g = random(n, 10);
    Numbers v = random(n, 11);
    for (tg::Real& number : v) number = std::abs(number);
    // Five arrays after the steps: Adam's x, m and v; x of SGD; x and b with momentum, of Nesterov.
    const Numbers result = same_on_every_level([&] {
      Numbers all;
      const auto keep = [&all](const Numbers& part) {
        all.insert(all.end(), part.begin(), part.end());
      };
      Numbers x1 = x, m1 = m, v1 = v, x2 = x, x3 = x, b3 = m, x4 = x, b4 = m;
      tg::simd().adam(x1.data(), m1.data(), v1.data(), g.data(), n, adam);
      tg::simd().sgd(x2.data(), g.data(), n, s);
      tg::simd().sgd_momentum(x3.data(), b3.data(), g.data(), n, s);
      tg::simd().sgd_nesterov(x4.data(), b4.data(), g.data(), n, s);
      for (const Numbers& part : {x1, m1, v1, x2, x3, b3, x4, b4}) keep(part);
      return all;
    });
    for (std::size_t i = 0; i < n; ++i) {
      const double gi = static_cast<double>(g[i]) + 0.3 * static_cast<double>(x[i]);
      const double xi = x[i], mi = 0.9 * static_cast<double>(m[i]) + 0.1 * gi;
      const double vi = 0.99 * static_cast<double>(v[i]) + 0.01 * gi * gi;
      const double b = 0.9 * static_cast<double>(m[i]) + 0.5 * gi;
      const double nesterov = 0.9 * static_cast<double>(m[i]) + gi;
      const double wanted[] = {xi - 0.2 * xi - 0.1 * mi / (2 * std::sqrt(vi) + 1e-3),
                               mi,
                               vi,
                               xi - 0.1 * gi,
                               xi - 0.1 * b,
                               b,
                               xi - 0.1 * (gi + 0.9 * nesterov),
                               nesterov};
      for (std::size_t k = 0; k < 8; ++k) {
        INFO("array " << k);
        REQUIRE(static_cast<double>(result[k * n + i]) ==
                Approx(wanted[k]).epsilon(1e-5).margin(1e-5));
      }
    }
  }
}

TEST_CASE(
    "the steps of AMSGrad, Adagrad and RMSprop are those of their formulas, bit for bit on every "
    "instruction set") {
  const tg::AdagradScalars adagrad{.lr = 0.1F, .eps = 1e-3F, .l2 = 0.3F};
  const tg::RmspropScalars rmsprop{
      .lr = 0.1F, .eps = 0.1F, .l2 = 0.3F, .alpha = 0.9F, .rest = 0.1F, .momentum = 0.8F};
  for (const std::size_t n : widths) {
    INFO("width " << n);
    const Numbers x = random(n, 8), m = random(n, 9), g = random(n, 10);
    Numbers v = random(n, 11);
    for (tg::Real& number : v) number = std::abs(number);
    const Numbers half(n, 0.5F);
    // x and the largest v of AMSGrad; x and sum of Adagrad; x of RMSprop, plain, with momentum,
    // centered, and both.
    const Numbers result = same_on_every_level([&] {
      Numbers x1 = x, m1 = m, v1 = v, most = half, x2 = x, sum = v;
      tg::simd().amsgrad(x1.data(), m1.data(), v1.data(), most.data(), g.data(), n, adam);
      tg::simd().adagrad(x2.data(), sum.data(), g.data(), n, adagrad);
      Numbers all;
      const auto keep = [&all](const Numbers& part) {
        all.insert(all.end(), part.begin(), part.end());
      };
      for (const Numbers& part : {x1, most, x2, sum}) keep(part);
      for (const auto step : {tg::simd().rmsprop, tg::simd().rmsprop_momentum,
                              tg::simd().rmsprop_centered, tg::simd().rmsprop_centered_momentum}) {
        Numbers x3 = x, v3 = v, a3 = m, b3 = m;
        step(x3.data(), v3.data(), a3.data(), b3.data(), g.data(), n, rmsprop);
        keep(x3);
      }
      return all;
    });
    for (std::size_t i = 0; i < n; ++i) {
      const double xi = x[i], mi = m[i], vi = v[i];
      const double gi = static_cast<double>(g[i]) + 0.3 * xi;
      const double most = std::max(0.5, 0.99 * vi + 0.01 * gi * gi);
      const double step = 0.1 * (0.9 * mi + 0.1 * gi) / (2 * std::sqrt(most) + 1e-3);
      const double square = 0.9 * vi + 0.1 * gi * gi;
      const double mean = 0.9 * mi + 0.1 * gi;
      const double plain = gi / (std::sqrt(square) + 0.1);
      const double centered = gi / (std::sqrt(std::max(0.0, square - mean * mean)) + 0.1);
      const double wanted[] = {0.8 * xi - step,
                               most,
                               xi - 0.1 * gi / (std::sqrt(vi + gi * gi) + 1e-3),
                               vi + gi * gi,
                               xi - 0.1 * plain,
                               xi - 0.1 * (0.8 * mi + plain),
                               xi - 0.1 * centered,
                               xi - 0.1 * (0.8 * mi + centered)};
      for (std::size_t k = 0; k < 8; ++k) {
        INFO("array " << k);
        REQUIRE(static_cast<double>(result[k * n + i]) ==
                Approx(wanted[k]).epsilon(1e-5).margin(1e-5));
      }
    }
  }
}

TEST_CASE("rows without a gradient are moved by the same bits on every level, and by the series") {
  const tg::AdamDriftScalars c{.q = 1.1F,
                               .eps = 1e-3F,
                               .sums = {3, 0.5F, 0.1F, -0.2F, 0.05F, 0.02F, -0.01F},
                               .scale = 0.9F,
                               .beta1 = 0.5F,
                               .beta2 = 0.8F};
  for (const std::size_t n : widths) {
    INFO("width " << n);
    const Numbers x = random(n, 8), m = random(n, 9);
    Numbers v = random(n, 11);
    for (tg::Real& number : v) number = std::abs(number);
    const Numbers result = same_on_every_level([&] {
      Numbers x1 = x, m1 = m, v1 = v;
      tg::simd().adam_drift(x1.data(), m1.data(), v1.data(), n, c);
      x1.insert(x1.end(), m1.begin(), m1.end());
      x1.insert(x1.end(), v1.begin(), v1.end());
      return x1;
    });
    for (std::size_t i = 0; i < n; ++i) {
      const double s = std::sqrt(static_cast<double>(v[i]));
      const double r = 1 / (s * static_cast<double>(c.q) + static_cast<double>(c.eps));
      double sum = 0;
      for (std::size_t k = 0; k < tg::AdamDriftScalars::terms; ++k) {
        sum += static_cast<double>(c.sums[k]) * std::pow(-s * r, static_cast<double>(k));
      }
      const double moved = static_cast<double>(x[i]) - static_cast<double>(m[i]) * r * sum;
      REQUIRE(static_cast<double>(result[i]) == Approx(0.9 * moved).epsilon(1e-5).margin(1e-5));
      REQUIRE(result[n + i] == m[i] * c.beta1);
      REQUIRE(result[2 * n + i] == v[i] * c.beta2);
    }
  }
}
