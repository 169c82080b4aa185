#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/tapegrad.hpp>

namespace tg = tapegrad;
namespace init = tapegrad::init;

namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

tg::Parameter made(const tg::Shape& shape) {
  return tg::Parameter(tg::full(shape, 42));
}

struct Moments {
  double mean, deviation, largest;
};

Moments moments(const tg::Parameter& p) {
  double sum = 0, squares = 0, largest = 0;
  const auto n = static_cast<double>(p.value().size());
  for (const tg::Real value : p.value()) {
    const double x = value;
    sum += x;
    squares += x * x;
    largest = std::max(largest, std::abs(x));
  }
  return {sum / n, std::sqrt(squares / n - sum / n * sum / n), largest};
}

}  // namespace

TEST_CASE("normal and uniform have the moments asked for") {
  tg::Rng rng(1);
  const tg::Parameter p = made({300, 400});
  init::normal(p, rng, 2.0, 0.5);
  CHECK(moments(p).mean == Approx(2.0).margin(5 * 0.5 / std::sqrt(120000)));
  CHECK(moments(p).deviation == Approx(0.5).epsilon(0.01));
  init::uniform(p, rng, -1.0, 3.0);
  CHECK(moments(p).mean == Approx(1.0).margin(5 * 4 / std::sqrt(12 * 120000)));
  CHECK(moments(p).deviation == Approx(4 / std::sqrt(12)).epsilon(0.01));
  CHECK(moments(p).largest <= 3.0);
}

TEST_CASE("initializers go on where the generator stands, and move it") {
  tg::Rng rng(1);
  const tg::Parameter a = made({3, 4}), b = made({3, 4});
  init::uniform(a, rng);
  init::uniform(b, rng);
  CHECK(rng.position() == 24);
  CHECK((a.value() != b.value()));
  tg::Rng by_hand(1);
  CHECK(a.value().data()[0] == static_cast<tg::Real>(by_hand.uniform()));
  init::normal(a, rng);
  by_hand.seek(24);
  CHECK(a.value().data()[0] == static_cast<tg::Real>(by_hand.normal()));
  CHECK(a.value().data()[1] == static_cast<tg::Real>(by_hand.normal()));
}

TEST_CASE("a large parameter is one stretch of the generator's numbers") {
  tg::Rng rng(1), by_hand(1);
  const tg::Parameter p = made({1000, 33});
  init::normal(p, rng);
  for (const tg::Real x : p.value()) REQUIRE(x == static_cast<tg::Real>(by_hand.normal()));
  CHECK(rng.position() == by_hand.position());
}

TEST_CASE("initializers give the same numbers on any number of threads") {
  const auto check = [](const std::function<void(const tg::Parameter&, tg::Rng&)>& initialize) {
    const auto drawn = [&](int threads) {
      tg::set_threads(threads);
      tg::Rng rng(1);
      const tg::Parameter p = made({1000, 133});
      initialize(p, rng);
      tg::set_threads(0);
      return p.value();
    };
    CHECK((drawn(2) == drawn(1)));
    CHECK((drawn(5) == drawn(1)));
  };
  check([](const auto& p, tg::Rng& rng) { init::normal(p, rng); });
  check([](const auto& p, tg::Rng& rng) { init::trunc_normal(p, rng); });
  check([](const auto& p, tg::Rng& rng) { init::orthogonal(p, rng); });
  check([](const auto& p, tg::Rng& rng) { init::sparse(p, rng, 0.5); });
}

TEST_CASE("every initializer leaves frozen rows as they are, and changes the version") {
  tg::Rng rng(1);
  const std::vector<std::function<void(const tg::Parameter&)>> initializers = {
      [&](const auto& p) { init::normal(p, rng); },
      [&](const auto& p) { init::uniform(p, rng); },
      [&](const auto& p) { init::constant(p, 5); },
      [&](const auto& p) { init::zeros(p); },
      [&](const auto& p) { init::ones(p); },
      [&](const auto& p) {
        init::values(p, tg::full({4, 3}, 6));
      },
      [&](const auto& p) { init::trunc_normal(p, rng); },
      [&](const auto& p) { init::eye(p); },
      [&](const auto& p) { init::orthogonal(p, rng); },
      [&](const auto& p) { init::sparse(p, rng, 0.3); },
      [&](const auto& p) { init::xavier_uniform(p, rng); },
      [&](const auto& p) { init::xavier_normal(p, rng); },
      [&](const auto& p) { init::kaiming_normal(p, rng); },
      [&](const auto& p) { init::kaiming_uniform(p, rng); }};
  for (const auto& initialize : initializers) {
    tg::Parameter p = made({4, 3});
    p.set_frozen_rows({0, 2});
    initialize(p);
    CHECK(p.version() > 0);
    for (std::size_t i = 0; i < 12; ++i) {
      const bool frozen = i / 3 == 0 || i / 3 == 2;
      CHECK((p.value().data()[i] == 42) == frozen);
    }
  }
}

// torch.nn.init.calculate_gain and the bounds of its initializers, PyTorch 1.13.1.
TEST_CASE("gains and fans are PyTorch's") {
  CHECK(init::gain(tg::Nonlinearity::linear) == 1);
  CHECK(init::gain(tg::Nonlinearity::sigmoid) == 1);
  CHECK(init::gain(tg::Nonlinearity::tanh) == Approx(5.0 / 3));
  CHECK(init::gain(tg::Nonlinearity::relu) == Approx(std::sqrt(2.0)));
  CHECK(init::gain(tg::Nonlinearity::leaky_relu) == Approx(1.4141428569978354));
  CHECK(init::gain(tg::Nonlinearity::selu) == 0.75);
  CHECK(init::fans({7, 5}).in == 5);
  CHECK(init::fans({7, 5}).out == 7);
  CHECK(init::fans({7, 5, 3, 2}).in == 30);
  CHECK(init::fans({7, 5, 3, 2}).out == 42);
}

TEST_CASE("xavier and kaiming draw from the bounds of the fans") {
  tg::Rng rng(1);
  const tg::Parameter p = made({200, 300});
  const auto bound_is = [&](double bound) {
    CHECK(moments(p).largest <= bound * (1 + 1e-6));
    CHECK(moments(p).largest > bound * 0.999);
    CHECK(moments(p).deviation == Approx(bound / std::sqrt(3.0)).epsilon(0.01));
  };
  init::xavier_uniform(p, rng, 2.0);
  bound_is(2 * std::sqrt(6.0 / 500));
  init::kaiming_uniform(p, rng);
  bound_is(std::sqrt(2.0) * std::sqrt(3.0 / 300));
  init::kaiming_uniform(p, rng, {.a = std::sqrt(5.0)});
  bound_is(1 / std::sqrt(300));
  init::kaiming_uniform(p, rng,
                        {.mode = tg::FanMode::fan_out, .nonlinearity = tg::Nonlinearity::tanh});
  bound_is(5.0 / 3 * std::sqrt(3.0 / 200));
}

TEST_CASE("initializers refuse arguments that make no sense") {
  tg::Rng rng(1);
  CHECK_THROWS_WITH(init::normal(made({2}), rng, 0, -1),
                    "init::normal: std is -1, must be 0 or more");
  CHECK_THROWS_AS(init::normal(made({2}), rng, 0, nan_value), std::invalid_argument);
  CHECK_THROWS_WITH(init::uniform(made({2}), rng, 2, 1),
                    "init::uniform: low is 2, high is 1, low <= high is wanted");
  CHECK_THROWS_AS(init::uniform(made({2}), rng, nan_value, 1), std::invalid_argument);
  CHECK_THROWS_WITH(init::xavier_uniform(made({2}), rng),
                    "init::xavier_uniform: the parameter has shape [2], at least 2 dimensions are "
                    "wanted");
  CHECK_THROWS_AS(init::kaiming_uniform(made({2}), rng), tg::ShapeError);
}

// Mean and deviation of a normal distribution cut off at a and b standard deviations, by numerical
// integration of its density.
TEST_CASE("trunc_normal has the moments of a normal distribution that is cut off") {
  const auto check = [](double mean, double std, double low, double high) {
    CAPTURE(mean, std, low, high);
    double weight = 0, first = 0, second = 0;
    const double from = std::max(low, mean - 12 * std), to = std::min(high, mean + 12 * std);
    for (int i = 0; i < 200000; ++i) {
      const double x = from + (to - from) * (i + 0.5) / 200000;
      const double z = (x - mean) / std, nearest = (std::clamp(mean, from, to) - mean) / std;
      const double density = std::exp(-0.5 * (z * z - nearest * nearest));
      weight += density;
      first += density * (x - from);
      second += density * (x - from) * (x - from);
    }
    first /= weight;
    const double deviation = std::sqrt(second / weight - first * first);
    tg::Rng rng(1);
    const tg::Parameter p = made({300, 400});
    init::trunc_normal(p, rng, mean, std, low, high);
    CHECK(moments(p).mean == Approx(from + first).margin(5 * deviation / std::sqrt(120000)));
    CHECK(moments(p).deviation == Approx(deviation).epsilon(0.01));
    for (const double x : p.value()) {
      if (x < low - 1e-6 || x > high + 1e-6) FAIL("outside: " << x);
    }
    CHECK(rng.position() == 120000);
  };
  check(0, 1, -2, 2);
  check(1, 0.5, 0.9, 10);
  check(0, 1, 4, 5);
  check(0, 1, -9, -8);
  check(0, 1, 8, 9);
  const double inf = std::numeric_limits<double>::infinity();
  check(3, 2, -inf, inf);
  tg::Rng rng(1);
  const tg::Parameter p = made({300, 400});
  init::trunc_normal(p, rng);
  CHECK(moments(p).deviation == Approx(0.879).margin(0.004));  // torch.nn.init.trunc_normal_
  init::trunc_normal(p, rng, 5, 0, -2, 2);
  CHECK((p.value() == tg::full({300, 400}, 2)));
}

TEST_CASE("xavier_normal and kaiming_normal have the deviations of the fans") {
  tg::Rng rng(1);
  const tg::Parameter p = made({200, 300});
  const auto deviation_is = [&](double wanted) {
    CHECK(moments(p).deviation == Approx(wanted).epsilon(0.01));
    CHECK(moments(p).mean == Approx(0).margin(5 * wanted / std::sqrt(60000)));
    CHECK(moments(p).largest > 3.5 * wanted);
  };
  init::xavier_normal(p, rng, 2.0);
  deviation_is(2 * std::sqrt(2.0 / 500));
  init::kaiming_normal(p, rng);
  deviation_is(std::sqrt(2.0 / 300));
  init::kaiming_normal(p, rng,
                       {.mode = tg::FanMode::fan_out, .nonlinearity = tg::Nonlinearity::selu});
  deviation_is(0.75 / std::sqrt(200));
}

TEST_CASE("orthogonal gives orthonormal rows, or columns if there are fewer") {
  tg::Rng rng(1);
  for (const tg::Shape& shape : {tg::Shape{40, 40},
                                 {17, 60},
                                 {60, 17},
                                 {1, 5},
                                 {5, 1},
                                 {1, 1},
                                 {6, 2, 5},
                                 {30, 2, 5},
                                 {300, 200}}) {
    CAPTURE(tg::to_string(shape));
    const tg::Parameter p = made(shape);
    init::orthogonal(p, rng, 3.0);
    const std::size_t rows = shape[0], columns = tg::row_width(shape);
    const bool wide = rows <= columns;
    const std::size_t vectors = std::min(rows, columns), length = std::max(rows, columns);
    double worst = 0;
    for (std::size_t i = 0; i < vectors; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        double product = 0;
        for (std::size_t k = 0; k < length; ++k) {
          const auto at = [&](std::size_t v) { return wide ? v * columns + k : k * columns + v; };
          product += static_cast<double>(p.value().data()[at(i)]) *
                     static_cast<double>(p.value().data()[at(j)]);
        }
        worst = std::max(worst, std::abs(product / 9 - (i == j ? 1 : 0)));
      }
    }
    CHECK(worst < 1e-6);
  }
}

TEST_CASE("orthogonal matrices are spread evenly: no sign and no place is preferred") {
  tg::Rng rng(1);
  double sum = 0, trace = 0, corner = 0;
  constexpr int n = 4000;
  for (int i = 0; i < n; ++i) {
    const tg::Parameter p = made({3, 3});
    init::orthogonal(p, rng);
    const auto at = [&](int r, int c) { return static_cast<double>(p.value()(r, c)); };
    sum += at(0, 0) + at(1, 2) + at(2, 1);
    trace += at(0, 0) + at(1, 1) + at(2, 2);
    corner += at(2, 2) * at(2, 2);
  }
  CHECK(sum / n == Approx(0).margin(5 / std::sqrt(n)));
  CHECK(trace / n == Approx(0).margin(5 / std::sqrt(n)));
  CHECK(corner / n == Approx(1.0 / 3).margin(5 * 0.3 / std::sqrt(n)));
}

TEST_CASE("sparse zeroes the share of each column, rounded up") {
  tg::Rng rng(1);
  const tg::Parameter p = made({45, 2000});
  init::sparse(p, rng, 0.1, 0.5);
  std::vector<std::size_t> by_row(45);
  double squares = 0;
  for (std::size_t column = 0; column < 2000; ++column) {
    std::size_t zeros = 0;
    for (std::size_t row = 0; row < 45; ++row) {
      const double x = p.value()(row, column);
      zeros += x == 0 ? 1 : 0;
      by_row[row] += x == 0 ? 1 : 0;
      squares += x * x;
    }
    REQUIRE(zeros == 5);
  }
  CHECK(std::sqrt(squares / (40 * 2000)) == Approx(0.5).epsilon(0.02));
  for (const std::size_t zeros : by_row)
    CHECK(static_cast<double>(zeros) == Approx(222).margin(80));
  init::sparse(p, rng, 0);
  CHECK(std::count(p.value().begin(), p.value().end(), 0) == 0);
  init::sparse(p, rng, 1);
  CHECK((p.value() == tg::zeros({45, 2000})));
}

TEST_CASE("eye is the identity cut to the shape, dirac that of a convolution") {
  const tg::Parameter p = made({2, 3}), q = made({3, 1});
  init::eye(p);
  init::eye(q);
  tg::Array wanted_q = tg::zeros({3, 1});
  wanted_q(0, 0) = 1;
  CHECK((p.value() == tg::Array{{1, 0, 0}, {0, 1, 0}}));
  CHECK((q.value() == wanted_q));
  // torch.nn.init.dirac_, PyTorch 1.13.1: [0, 0, 1], [1, 1, 1] of [2, 3, 3]; the middle of an even
  // size is the later one.
  const tg::Parameter filters = made({2, 3, 3}), even = made({1, 1, 4, 2});
  init::dirac(filters);
  init::dirac(even);
  tg::Array wanted = tg::zeros({2, 3, 3}), wanted_even = tg::zeros({1, 1, 4, 2});
  wanted(0, 0, 1) = wanted(1, 1, 1) = wanted_even(0, 0, 2, 1) = 1;
  CHECK((filters.value() == wanted));
  CHECK((even.value() == wanted_even));
}

TEST_CASE("initializers name themselves in what they refuse") {
  tg::Rng rng(1);
  using Catch::Matchers::Contains;
  CHECK_THROWS_WITH(init::trunc_normal(made({2}), rng, 0, -1),
                    "init::trunc_normal: std is -1, must be 0 or more");
  CHECK_THROWS_WITH(init::trunc_normal(made({2}), rng, 0, 1, 2, -2),
                    "init::trunc_normal: low is 2, high is -2, low <= high is wanted");
  CHECK_THROWS_WITH(init::eye(made({2, 2, 2})),
                    "init::eye: the parameter has shape [2, 2, 2], 2 dimensions are wanted");
  CHECK_THROWS_WITH(init::dirac(made({2, 2})),
                    "init::dirac: the parameter has shape [2, 2], 3 to 5 dimensions are wanted");
  CHECK_THROWS_WITH(init::orthogonal(made({2}), rng), Contains("init::orthogonal: the parameter"));
  CHECK_THROWS_WITH(init::xavier_normal(made({2}), rng), Contains("init::xavier_normal: the"));
  CHECK_THROWS_WITH(init::kaiming_normal(made({2}), rng), Contains("init::kaiming_normal: the"));
  CHECK_THROWS_WITH(init::sparse(made({2}), rng, 0.5), Contains("2 dimensions are wanted"));
  CHECK_THROWS_WITH(init::sparse(made({2, 2}), rng, 1.5),
                    "init::sparse: sparsity is 1.5, must be in [0, 1]");
  CHECK_THROWS_AS(init::sparse(made({2, 2}), rng, nan_value), std::invalid_argument);
  CHECK_THROWS_AS(init::sparse(made({2, 2}), rng, 0.5, -1), std::invalid_argument);
  CHECK_THROWS_WITH(init::values(made({2, 2}), tg::zeros({4})),
                    "init::values: values has shape [4], [2, 2] (as the parameter) is wanted");
}

TEST_CASE("initializers of a parameter without values do nothing, with one warning") {
  tg::Rng rng(1);
  std::vector<std::string> warnings;
  const auto before = tg::set_warning_sink([&](const std::string& w) { warnings.push_back(w); });
  for (const tg::Shape& shape : {tg::Shape{0, 0}, {3, 0}, {0, 3}}) {
    CHECK_NOTHROW(init::xavier_uniform(made(shape), rng));
    CHECK_NOTHROW(init::xavier_normal(made(shape), rng));
    CHECK_NOTHROW(init::kaiming_uniform(made(shape), rng));
    CHECK_NOTHROW(init::kaiming_normal(made(shape), rng));
    CHECK_NOTHROW(init::normal(made(shape), rng));
    CHECK_NOTHROW(init::trunc_normal(made(shape), rng));
    CHECK_NOTHROW(init::eye(made(shape)));
    CHECK_NOTHROW(init::orthogonal(made(shape), rng));
    CHECK_NOTHROW(init::sparse(made(shape), rng, 0.5));
  }
  CHECK_NOTHROW(init::dirac(made({2, 2, 0})));
  tg::set_warning_sink(before);
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0], Catch::Matchers::Contains("init: a parameter of shape [0, 0] has no"));
}
