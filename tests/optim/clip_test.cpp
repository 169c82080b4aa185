// Clipping of gradients: who takes part, what is refused, the same bits on any number of threads.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <same.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/rng.hpp>
#include <tapegrad/layers/linear.hpp>
#include <tapegrad/optim/clip.hpp>

namespace tg = tapegrad;

namespace {

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

tg::Array random_array(const tg::Shape& shape, std::uint64_t seed) {
  tg::Array a(shape);
  tg::Rng rng(seed);
  for (tg::Real& x : a) x = static_cast<tg::Real>(rng.uniform(-1, 1));
  return a;
}

// A table of rows and a dense weight, with gradients.
struct Example {
  tg::Parameter table{tg::zeros({5, 2})}, weight{tg::zeros({3})};
  tg::Gradients gradients;

  Example() {
    gradients.add(table, tg::Gradient(tg::RowGrad{{1, 4}, tg::Array{{3, 0}, {0, -4}}}));
    gradients.add(weight, tg::Gradient(tg::Array{0, 12, 0}));
  }
  std::vector<tg::NamedParameter> parameters() const {
    return {{"table", table}, {"weight", weight}};
  }
};

}  // namespace

TEST_CASE("rows and dense gradients are clipped by one norm, and rows stay rows") {
  Example e;
  CHECK(tg::clip_grad_norm(e.parameters(), e.gradients, 1.3) == Approx(13));
  REQUIRE(e.gradients[e.table].is_rows());
  const tg::RowGrad& rows = e.gradients[e.table].rows();
  CHECK(rows.rows == std::vector<tg::Index>{1, 4});
  CHECK(rows.values(0, 0) == Approx(0.3F));
  CHECK(rows.values(1, 1) == Approx(-0.4F));
  CHECK(e.gradients[e.weight].dense()(1) == Approx(1.2F));
}

TEST_CASE("values are clipped on both sides, in rows and dense gradients") {
  Example e;
  tg::clip_grad_value(e.parameters(), e.gradients, 3.5);
  CHECK(e.gradients[e.table].rows().values == tg::Array{{3, 0}, {0, -3.5F}});
  CHECK(e.gradients[e.weight].dense() == tg::Array{0, 3.5F, 0});
}

TEST_CASE("a parameter that is not listed is not clipped, one listed twice counts once") {
  Example e;
  const std::vector<tg::NamedParameter> twice = {{"a", e.table}, {"b", e.table}};
  CHECK(tg::clip_grad_norm(twice, e.gradients, 1) == Approx(5));
  CHECK(e.gradients[e.weight].dense()(1) == 12);
  CHECK(e.gradients[e.table].rows().values(0, 0) == Approx(0.6F));
}

TEST_CASE("frozen parameters and frozen rows take no part, though stale gradients are there") {
  Example e;
  e.weight.set_frozen(true);
  e.table.set_frozen_rows({0, 4});
  CHECK(tg::clip_grad_norm(e.parameters(), e.gradients, 1.5) == Approx(3));
  CHECK(e.gradients[e.weight].dense()(1) == 12);
  CHECK(e.gradients[e.table].rows().rows == std::vector<tg::Index>{1});
  CHECK(e.gradients[e.table].rows().values(0, 0) == Approx(1.5F));
}

TEST_CASE("without any gradient the norm is 0") {
  Example e;
  tg::Gradients none;
  CHECK(tg::clip_grad_norm(e.parameters(), none, 1) == 0);
  none.add(e.table, tg::Gradient(tg::RowGrad{}));
  CHECK(tg::clip_grad_norm(e.parameters(), none, 1) == 0);
  for (const double p : {1.0, 3.0, HUGE_VAL}) {
    none.add(e.weight, tg::Gradient(tg::zeros({3})));
    CHECK(tg::clip_grad_norm(e.parameters(), none, 0, {.norm_type = p}) == 0);
    CHECK(same_bits(none.dense(e.weight), tg::zeros({3})));
  }
}

TEST_CASE("a model's gradients are clipped under the names of its parameters") {
  tg::Rng rng(1);
  const tg::Linear layer(2, 2, rng);
  tg::Gradients gradients;
  gradients.add(layer.weight, tg::Gradient(tg::full({2, 2}, 1)));
  gradients.add(layer.bias, tg::Gradient(tg::Array{0, nan_value}));
  CHECK_THROWS_WITH(tg::clip_grad_norm(layer, gradients, 1),
                    "clip_grad_norm: the norm of the gradients is nan, the gradient of bias has "
                    "nan; finite numbers are wanted");
  CHECK(same_bits(gradients.dense(layer.weight), tg::full({2, 2}, 1)));
  tg::clip_grad_value(layer, gradients, 0.5);
  CHECK(same_bits(gradients.dense(layer.weight), tg::full({2, 2}, 0.5)));
}

TEST_CASE("a norm that is not finite names the first parameter that has such a gradient") {
  for (const double p : {0.5, 1.0, 2.0, 3.0, HUGE_VAL}) {
    for (const float bad : {infinity, -infinity, nan_value}) {
      INFO("p = " << p << ", " << bad);
      Example e;
      const tg::Parameter last(tg::zeros({1}));
      e.gradients.add(e.weight, tg::Gradient(tg::Array{0, 0, bad}));
      e.gradients.add(last, tg::Gradient(tg::Array{nan_value}));
      auto parameters = e.parameters();
      parameters.push_back({"last", last});
      CHECK_THROWS_AS(tg::clip_grad_norm(parameters, e.gradients, 1, {.norm_type = p}),
                      std::runtime_error);
      CHECK_THROWS_WITH(tg::clip_grad_norm(parameters, e.gradients, 1, {.norm_type = p}),
                        Catch::Contains("the gradient of weight has"));
      CHECK(e.gradients[e.table].rows().values == tg::Array{{3, 0}, {0, -4}});
    }
  }
}

TEST_CASE("on request a norm that is not finite goes into the gradients, as in PyTorch") {
  Example infinite;
  infinite.gradients.add(infinite.weight, tg::Gradient(tg::Array{0, 0, infinity}));
  CHECK(tg::clip_grad_norm(infinite.parameters(), infinite.gradients, 1,
                           {.error_if_nonfinite = false}) == HUGE_VAL);
  CHECK(infinite.gradients[infinite.table].rows().values(0, 0) == 0);
  CHECK(std::isnan(infinite.gradients[infinite.weight].dense()(2)));
  Example e;
  e.gradients.add(e.weight, tg::Gradient(tg::Array{0, 0, nan_value}));
  CHECK(std::isnan(
      tg::clip_grad_norm(e.parameters(), e.gradients, 1, {.error_if_nonfinite = false})));
  CHECK(std::isnan(e.gradients[e.table].rows().values(0, 0)));
}

TEST_CASE("clipping refuses limits that make no sense") {
  Example e;
  CHECK_THROWS_WITH(tg::clip_grad_norm(e.parameters(), e.gradients, -1),
                    "clip_grad_norm: max_norm is -1, must be 0 or more");
  CHECK_THROWS_AS(tg::clip_grad_norm(e.parameters(), e.gradients, nan_value),
                  std::invalid_argument);
  CHECK_THROWS_WITH(tg::clip_grad_norm(e.parameters(), e.gradients, 1, {.norm_type = 0}),
                    "clip_grad_norm: norm_type is 0, must be above 0");
  CHECK_THROWS_AS(tg::clip_grad_norm(e.parameters(), e.gradients, 1, {.norm_type = nan_value}),
                  std::invalid_argument);
  CHECK_THROWS_WITH(tg::clip_grad_value(e.parameters(), e.gradients, -1),
                    "clip_grad_value: clip_value is -1, must be 0 or more");
  CHECK_THROWS_AS(tg::clip_grad_value(e.parameters(), e.gradients, nan_value),
                  std::invalid_argument);
  CHECK(e.gradients[e.weight].dense()(1) == 12);
}

TEST_CASE("the norm of many equal floats comes out right") {
  const tg::Parameter x(tg::zeros({1000000}));
  tg::Gradients gradients;
  gradients.add(x, tg::Gradient(tg::full({1000000}, 0.1F)));
  CHECK(tg::clip_grad_norm({{"x", x}}, gradients, 1000) ==
        Approx(static_cast<double>(0.1F) * 1000).epsilon(1e-12));
  CHECK(tg::clip_grad_norm({{"x", x}}, gradients, 1e9, {.norm_type = 1}) ==
        Approx(static_cast<double>(0.1F) * 1e6).epsilon(1e-12));
}

TEST_CASE("clipping gives the same bits on 1, 2 and 5 threads") {
  const tg::Parameter table(tg::zeros({300000})), weight(tg::zeros({1000, 77}));
  for (const double p : {2.0, 1.0, 3.0, HUGE_VAL}) {
    std::vector<double> norms;
    std::vector<tg::Array> clipped;
    for (const int threads : {1, 2, 5}) {
      tg::set_threads(threads);
      tg::Gradients gradients;
      gradients.add(table, tg::Gradient(random_array({300000}, 1)));
      gradients.add(weight, tg::Gradient(random_array({1000, 77}, 2)));
      norms.push_back(tg::clip_grad_norm({{"table", table}, {"weight", weight}}, gradients, 0.5,
                                         {.norm_type = p}));
      clipped.push_back(gradients.dense(table));
    }
    tg::set_threads(0);
    CHECK(norms[1] == norms[0]);
    CHECK(norms[2] == norms[0]);
    CHECK(same_bits(clipped[1], clipped[0]));
    CHECK(same_bits(clipped[2], clipped[0]));
  }
}
