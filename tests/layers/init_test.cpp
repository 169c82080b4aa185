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
  const auto drawn = [](int threads) {
    tg::set_threads(threads);
    tg::Rng rng(1);
    const tg::Parameter p = made({1000, 33});
    init::normal(p, rng);
    tg::set_threads(0);
    return p.value();
  };
  CHECK((drawn(2) == drawn(1)));
  CHECK((drawn(5) == drawn(1)));
}

TEST_CASE("every initializer leaves frozen rows as they are, and changes the version") {
  tg::Rng rng(1);
  const std::vector<std::function<void(const tg::Parameter&)>> initializers = {
      [&](const auto& p) { init::normal(p, rng); },
      [&](const auto& p) { init::uniform(p, rng); },
      [&](const auto& p) { init::constant(p, 5); },
      [&](const auto& p) { init::zeros(p); },
      [&](const auto& p) { init::xavier_uniform(p, rng); },
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

TEST_CASE("initializers of a parameter without values do nothing") {
  tg::Rng rng(1);
  CHECK_NOTHROW(init::xavier_uniform(made({0, 0}), rng));
  CHECK_NOTHROW(init::kaiming_uniform(made({3, 0}), rng));
  CHECK_NOTHROW(init::normal(made({0, 3}), rng));
}
