#include <catch2/catch.hpp>
#include <cmath>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/training/metrics.hpp>

using tapegrad::measure;
using tapegrad::spread;

TEST_CASE("accuracy is the share of right labels") {
  // scikit-learn's page of accuracy_score: 0.5.
  const auto metrics = measure({0, 1, 2, 3}, {0, 2, 1, 3});
  CHECK(metrics.items == 4);
  CHECK(metrics.accuracy == 0.5);
}

TEST_CASE("macro-F1 is the mean of each class's F1, whatever the classes' sizes") {
  // scikit-learn's page of f1_score, average="macro": 0.267 (0.8, 0 and 0).
  CHECK(measure({0, 1, 2, 0, 1, 2}, {0, 2, 1, 0, 0, 1}).macro_f1 == Approx(0.8 / 3));
  // By hand: class 0 has TP 1, FN 2; class 1 TP 1, FP 2.
  CHECK(measure({0, 0, 0, 1}, {0, 1, 1, 1}).macro_f1 == Approx((2.0 / 4 + 2.0 / 4) / 2));
}

TEST_CASE("a class that occurs among labels or predictions only counts with an F1 of zero") {
  // F1 of 0 is 2 / 3, of 1 it is 1, of 2 (predicted only) 0.
  CHECK(measure({0, 0, 1}, {0, 2, 1}).macro_f1 == Approx((2.0 / 3 + 1) / 3));
  // Labelled only.
  CHECK(measure({0, 0, 2}, {0, 0, 0}).macro_f1 == Approx(0.8 / 2));
}

TEST_CASE("a class that occurs nowhere does not count") {
  CHECK(measure({0, 5}, {0, 5}).macro_f1 == 1);
}

TEST_CASE("metrics of nothing are not a number") {
  const auto metrics = measure({}, {});
  CHECK(metrics.items == 0);
  CHECK(std::isnan(metrics.accuracy));
  CHECK(std::isnan(metrics.macro_f1));
}

TEST_CASE("labels and predictions of different counts are an error") {
  CHECK_THROWS_AS(measure({0, 1}, {0}), tapegrad::ShapeError);
  CHECK_THROWS_WITH(measure({0, 1}, {0}), "measure: 2 labels, but 1 predictions");
}

TEST_CASE("a spread is the mean and the deviation with n - 1") {
  // The page of Python's statistics.stdev: 1.0810874155219827.
  const auto six = spread({1.5, 2.5, 2.5, 2.75, 3.25, 4.75});
  CHECK(six.mean == 2.875);
  CHECK(six.sd == Approx(1.0810874155219827).epsilon(1e-14));
}

TEST_CASE("one measurement has no deviation, none has no mean") {
  CHECK(spread({0.25}).mean == 0.25);
  CHECK(spread({0.25}).sd == 0);
  CHECK(std::isnan(spread({}).mean));
  CHECK(spread({}).sd == 0);
}
