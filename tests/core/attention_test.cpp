// Attention and layer normalization in float, with dropout, and on several threads.
#include <catch2/catch.hpp>
#include <cmath>
#include <draws.hpp>
#include <limits>
#include <same.hpp>
#include <set>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/rng.hpp>
#include <vector>

namespace tg = tapegrad;

namespace {

tg::Context training(std::uint64_t seed) {
  return {.training = true, .seed = seed};
}

}  // namespace

TEST_CASE("attention and layer norm have the same bits on any number of threads") {
  const std::size_t items = 5, length = 70, width = 64;
  const tg::Parameter qkv(random_array({items, length, 3 * width}, 1));
  const tg::Parameter weight(random_array({width}, 2)), bias(random_array({width}, 3));
  tg::Mask padding(tg::Mask::shape_type{items, length}, false);
  for (std::size_t t = 30; t < length; ++t) padding(2, t) = true;
  const auto run = [&](int threads) {
    tg::set_threads(threads);
    tg::Tape tape;
    const tg::Tensor x = scaled_dot_product_attention(qkv, {.key_padding_mask = padding},
                                                      {.heads = 4, .dropout = 0.2}, training(4));
    const tg::Tensor y = layer_norm(x, {width}, weight, bias);
    const tg::Gradients g = tape.backward(sum(y * y * y));
    tg::set_threads(0);
    return std::vector<tg::Array>{x.value(), y.value(), g.dense(qkv), g.dense(weight),
                                  g.dense(bias)};
  };
  const auto one = run(1);
  for (const int threads : {2, 5}) {
    const auto several = run(threads);
    for (std::size_t i = 0; i < one.size(); ++i) {
      INFO("threads " << threads << ", array " << i);
      CHECK(same(several[i], one[i]));
    }
  }
}

TEST_CASE("attention drops a share p of the weights and scales the others to the same mean") {
  // All weights are 1 / 200 and all values 1: an output is the share of weights that are kept.
  const std::size_t keys = 200;
  const tg::Tensor q(tg::zeros({8, 50, 4})), k(random_array({8, keys, 4}, 1));
  const tg::Tensor v(tg::full({8, keys, 4}, 1));
  const auto run = [&](const tg::Context& context) {
    return scaled_dot_product_attention(q, k, v, {}, {.heads = 2, .dropout = 0.25}, context)
        .value();
  };
  const tg::Array y = run(training(1));
  double sum = 0, squares = 0;
  std::size_t n = 0;
  for (std::size_t i = 0; i < y.size(); i += 2) {  // the two columns of a head have one weight
    CHECK(y.data()[i] == Approx(y.data()[i + 1]));
    sum += static_cast<double>(y.data()[i]);
    squares += static_cast<double>(y.data()[i]) * static_cast<double>(y.data()[i]);
    ++n;
  }
  const double mean = sum / static_cast<double>(n);
  const double variance = squares / static_cast<double>(n) - mean * mean;
  CHECK(mean == Approx(1).margin(0.01));
  CHECK(variance == Approx(0.25 / 0.75 / keys).epsilon(0.2));  // p / (1 - p) / keys
  // Each head of each sequence draws a mask of its own.
  std::set<std::vector<tg::Real>> masks;
  for (std::size_t b = 0; b < 8; ++b) {
    for (std::size_t h = 0; h < 2; ++h) {
      std::vector<tg::Real> kept;
      for (std::size_t t = 0; t < 50; ++t) kept.push_back(y(b, t, 2 * h));
      masks.insert(kept);
    }
  }
  CHECK(masks.size() == 16);
  CHECK_FALSE(same(run(training(2)), y));
  CHECK(same(run(training(1)), y));
  for (const tg::Real one : run({})) CHECK(one == Approx(1));
}

TEST_CASE("a NaN in one text stays in it, and one behind its end reaches nobody") {
  tg::Array x = random_array({3, 6, 12}, 1);
  const tg::Mask padding = {{false, false, false, false, true, true},
                            {false, false, false, false, false, false},
                            {false, false, false, true, true, true}};
  const tg::Array before =
      scaled_dot_product_attention(tg::Tensor(x), {.key_padding_mask = padding}).value();
  const tg::Real nan = std::numeric_limits<tg::Real>::quiet_NaN();
  for (std::size_t e = 4; e < 12; ++e) x(0, 5, e) = nan;  // key and value of a padded position
  x(1, 2, 0) = nan;                                       // a query
  const tg::Array after =
      scaled_dot_product_attention(tg::Tensor(x), {.key_padding_mask = padding}).value();
  for (std::size_t b = 0; b < 3; ++b) {
    for (std::size_t t = 0; t < 6; ++t) {
      const bool hit = b == 1 && t == 2;
      for (std::size_t e = 0; e < 4; ++e) {
        CHECK((hit ? std::isnan(after(b, t, e)) : after(b, t, e) == before(b, t, e)));
      }
    }
  }
}

// In double: (-1.5, -0.5, 0.5, 1.5) / sqrt(1.25 + 1e-5).
TEST_CASE("layer norm far from zero is exact") {
  const tg::Array y =
      layer_norm(tg::Tensor(tg::Array{1e6F, 1e6F + 1, 1e6F + 2, 1e6F + 3}), {4}).value();
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(y(i) == Approx((static_cast<double>(i) - 1.5) / std::sqrt(1.25001)).epsilon(1e-6));
  }
}

TEST_CASE("layer norm of a constant line is the bias") {
  const tg::Tensor weight(random_array({20}, 1)), bias(random_array({20}, 2));
  const tg::Array y = layer_norm(tg::Tensor(tg::full({3, 20}, 0.5F)), {20}, weight, bias).value();
  for (std::size_t i = 0; i < y.size(); ++i) CHECK(y.data()[i] == bias.value()(i % 20));
}
