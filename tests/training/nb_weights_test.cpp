#include <catch2/catch.hpp>
#include <cmath>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/training/nb_weights.hpp>

#include "tiny.hpp"

using tapegrad::nb_weights;

TEST_CASE("log-count ratios are those of the formula, padding left out") {
  // Texts that hold id 1, 2, 3, 4: of class 0: 1, 2, 0, 0; of class 1: 0, 2, 1, 0. Repeated ids
  // count once. Plus one: 2, 3, 1, 1 with sum 7, and 1, 3, 2, 1 with sum 7.
  const auto texts = tiny::texts({{1, 2, 2, 0}, {2}, {2, 3, 3, 3}, {}, {2, 0, 0}});
  const auto weights = nb_weights({texts, {0, 0, 1, 1, 1}}, 5, 1);
  REQUIRE(weights.shape() == tapegrad::Shape{5});
  CHECK(weights(0) == 0);
  CHECK(weights(1) == Approx(-std::log(2.0)));
  CHECK(weights(2) == Approx(0).margin(1e-7));
  CHECK(weights(3) == Approx(std::log(2.0)));
  CHECK(weights(4) == Approx(0).margin(1e-7));
}

TEST_CASE("log-count ratios of unequal sums") {
  // Class 1: ids 1 and 2 in three texts; class 0: id 1 in one. Plus one: 4, 4 of 8; 2, 1 of 3.
  const auto texts = tiny::texts({{1, 2}, {2, 1}, {1, 2, 1}, {1}});
  const auto weights = nb_weights({texts, {1, 1, 1, 0}}, 3, 1);
  CHECK(weights(1) == Approx(std::log(0.5 / (2.0 / 3))));
  CHECK(weights(2) == Approx(std::log(0.5 / (1.0 / 3))));
  // Plus two: 5, 5 of 10; 3, 2 of 5.
  const auto smoother = nb_weights({texts, {1, 1, 1, 0}}, 3, 2);
  CHECK(smoother(1) == Approx(std::log(0.5 / 0.6)));
  CHECK(smoother(2) == Approx(std::log(0.5 / 0.4)));
}

TEST_CASE("a third class and an id without a row are errors") {
  const auto texts = tiny::texts({{1}, {7}});
  CHECK_THROWS_WITH(nb_weights({texts, {0, 2}}, 9, 1),
                    "nb_weights: text 1 has label 2, expected 0 or 1");
  CHECK_THROWS_WITH(nb_weights({texts, {0, 1}}, 9, 0),
                    "nb_weights: smoothing is 0, expected more than 0");
  CHECK_THROWS_WITH(nb_weights({texts, {0, 1}}, 7, 1), "nb_weights: id 7 is out of range [0, 7)");
}
