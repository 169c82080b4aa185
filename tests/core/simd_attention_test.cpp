// The loops of attention and layer normalization against plain code, on every instruction set this
// processor has.
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <simd_levels.hpp>
#include <utility>

TEST_CASE("a masked softmax is that of what is not masked, bit for bit on every instruction set") {
  for (const std::size_t n : widths) {
    INFO("width " << n);
    const Numbers x = random(n + 1, 5);
    // Every third is masked, all are, or none is.
    for (const int masks : {0, 1, 2}) {
      const auto masked = std::make_unique<bool[]>(n + 1);
      for (std::size_t i = 0; i < n; ++i) masked[i] = masks == 1 || (masks == 0 && i % 3 == 1);
      const Numbers y = same_on_every_level([&] {
        Numbers to(n + 1, 7);
        tg::simd().masked_softmax(x.data() + 1, masks == 2 ? nullptr : masked.get(), 5, to.data(),
                                  n);
        return to;
      });
      const auto power = [&](std::size_t i) {
        return masked[i] ? 0.0 : std::exp(5 * static_cast<double>(x[i + 1]));
      };
      double total = 0;
      for (std::size_t i = 0; i < n; ++i) total += power(i);
      for (std::size_t i = 0; i < n; ++i) {
        REQUIRE(static_cast<double>(y[i]) ==
                Approx(masks == 1 ? 0 : power(i) / total).epsilon(3e-6));
      }
      CHECK(y[n] == 7);
    }
  }
}

TEST_CASE("layer norm and its gradient are those of double, bit for bit on every level") {
  const std::size_t lines = 3;
  for (const std::size_t n : widths) {
    if (n == 1) continue;  // differences from the mean are noise
    INFO("width " << n);
    const Numbers x = random(lines * n, 5), dy = random(lines * n, 6);
    const Numbers weight = random(n, 7), bias = random(n, 8);
    // y, dx, dweight and dbias one after the other.
    const Numbers result = same_on_every_level([&] {
      Numbers all(2 * lines * n + 2 * n, 0), means(lines), scales(lines);
      tg::Real* const end = all.data() + 2 * lines * n;
      for (const auto& [from, to] : {std::pair{0, 1}, {1, 3}}) {
        const auto begin = static_cast<std::size_t>(from), stop = static_cast<std::size_t>(to);
        tg::simd().layer_norm({x.data(), weight.data(), bias.data(), n, tg::Real(1e-5), all.data(),
                               means.data(), scales.data()},
                              begin, stop);
        tg::simd().layer_norm_gradient({x.data(), dy.data(), weight.data(), means.data(),
                                        scales.data(), n, all.data() + lines * n, end, end + n},
                                       begin, stop);
      }
      return all;
    });
    std::vector<double> dweight(n), dbias(n);
    for (std::size_t line = 0; line < lines; ++line) {
      const auto at = [&](const Numbers& all, std::size_t i) {
        return static_cast<double>(all[line * n + i]);
      };
      const auto w = [&](std::size_t i) { return static_cast<double>(weight[i]); };
      const auto width = static_cast<double>(n);
      double mean = 0, variance = 0, mean_g = 0, mean_gz = 0;
      for (std::size_t i = 0; i < n; ++i) mean += at(x, i) / width;
      for (std::size_t i = 0; i < n; ++i) variance += std::pow(at(x, i) - mean, 2) / width;
      const double scale = 1 / std::sqrt(variance + 1e-5);
      const auto z = [&](std::size_t i) { return (at(x, i) - mean) * scale; };
      for (std::size_t i = 0; i < n; ++i) {
        mean_g += at(dy, i) * w(i) / width;
        mean_gz += at(dy, i) * w(i) * z(i) / width;
        dweight[i] += at(dy, i) * z(i);
        dbias[i] += at(dy, i);
      }
      for (std::size_t i = 0; i < n; ++i) {
        const double dx = scale * (at(dy, i) * w(i) - mean_g - z(i) * mean_gz);
        REQUIRE(at(result, i) ==
                Approx(z(i) * w(i) + static_cast<double>(bias[i])).epsilon(1e-5).margin(1e-5));
        REQUIRE(static_cast<double>(result[lines * n + line * n + i]) ==
                Approx(dx).epsilon(1e-4).margin(1e-4));
      }
    }
    for (std::size_t i = 0; i < n; ++i) {
      REQUIRE(static_cast<double>(result[2 * lines * n + i]) == Approx(dweight[i]).margin(1e-5));
      REQUIRE(static_cast<double>(result[2 * lines * n + n + i]) == Approx(dbias[i]).margin(1e-5));
    }
  }
}
