// The gradient check finds what is wrong with operations that are wrong on purpose.
#include <catch2/catch.hpp>
#include <tapegrad/core/gradcheck.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>

namespace tg = tapegrad;
using Catch::Matchers::Contains;
using Catch::Matchers::Equals;

namespace {

using Inputs = std::vector<tg::Tensor>;

// x² with a backward of the test's choosing.
tg::Tensor square(const tg::Tensor& x, tg::Backward backward) {
  return tg::record("square", {x}, tg::Tensor(xt::square(x.value())), tg::saved(x),
                    std::move(backward));
}

tg::Tensor square_with_factor(const tg::Tensor& x, tg::Real factor) {
  return square(x, [factor](const tg::Array& dy, const tg::Saved& s, tg::Sink& sink) {
    sink.add(0, factor * dy * s[0]);
  });
}

const tg::Array three{0.5, -1.0, 2.0};

}  // namespace

TEST_CASE("the gradient check rejects a wrong gradient") {
  const tg::Parameter x(tg::distinct({3}));
  CHECK(tg::gradcheck([&] { return square_with_factor(x, 2); }, {x}) == "");
  CHECK_THAT(tg::gradcheck([&] { return square_with_factor(x, 2.01); }, {x}),
             Contains("input 0 of shape [3], element"));
}

TEST_CASE("the gradient check names the worst element with both numbers") {
  const auto one_wrong = [](const Inputs& x) {
    return square(x[0], [](const tg::Array& dy, const tg::Saved& s, tg::Sink& sink) {
      tg::Array dx = 2 * dy * s[0];
      dx(0) += 1e-4;
      dx(2) = 0.25;
      sink.add(0, dx);
    });
  };
  CHECK_THAT(tg::gradcheck(one_wrong, {three}),
             Contains("input 0 of shape [3], element 2: the gradient is 0.25, differences give "));
}

TEST_CASE("the gradient check takes inputs and named parameters together") {
  const tg::Parameter factor(tg::full({3}, 1.5));
  const auto call = [&](const Inputs& x) { return x[0] * x[1] * factor; };
  CHECK(tg::gradcheck(call, {three, tg::distinct({3})}, {{"factor", factor}}) == "");
  const auto wrong = [&](const Inputs& x) { return x[0] * square_with_factor(factor, 3); };
  CHECK_THAT(tg::gradcheck(wrong, {three}, {{"factor", factor}}),
             Contains("factor of shape [3], element"));
  const auto forgets = [&](const Inputs& x) { return x[0] * stop_gradient(x[1]); };
  CHECK_THAT(tg::gradcheck(forgets, {three, three}), Contains("input 1 of shape [3], element"));
  CHECK_THAT(tg::gradcheck(forgets, {three, three}), Contains("the gradient is 0, differences"));
}

TEST_CASE("the gradient check says what has a wrong shape or comes twice") {
  const auto give = [](std::function<void(const tg::Array&, tg::Sink&)> f) {
    return [f](const Inputs& x) {
      return square(x[0],
                    [f](const tg::Array& dy, const tg::Saved&, tg::Sink& sink) { f(dy, sink); });
    };
  };
  CHECK_THAT(tg::gradcheck(give([](const auto&, tg::Sink& sink) { sink.add(0, tg::zeros({2})); }),
                           {three}),
             Equals("square: the gradient that backward gave to input 0 has shape [2], [3] is "
                    "wanted"));
  CHECK_THAT(tg::gradcheck(give([](const auto& dy, tg::Sink& sink) {
                             sink.add(0, dy);
                             sink.add(0, dy);
                           }),
                           {three}),
             Equals("square: backward handed over the gradient of input 0 twice"));
  CHECK_THAT(tg::gradcheck(give([](const auto& dy, tg::Sink& sink) { sink.add(7, dy); }), {three}),
             Contains("square: backward asks for input 7"));
}

TEST_CASE("the gradient check says when two calls differ, forward or backward") {
  tg::Context context;
  context.training = true;
  const auto random = [&](const Inputs& x) { return dropout(x[0], 0.5, context); };
  CHECK_THAT(tg::gradcheck(random, {tg::distinct({50})}),
             Contains("the result differs between two calls with the same values: element "));
  double noise = 0;
  const auto backward_only = [&](const Inputs& x) {
    return square(x[0], [&](const tg::Array& dy, const tg::Saved& s, tg::Sink& sink) {
      sink.add(0, (2 + (noise += 1e-9)) * dy * s[0]);
    });
  };
  CHECK_THAT(tg::gradcheck(backward_only, {three}),
             Contains("the gradient of input 0 differs between two calls"));
  std::size_t size = 2;
  const auto grows = [&](const Inputs& x) { return x[0] * tg::Tensor(tg::full({++size, 1}, 1)); };
  CHECK_THAT(tg::gradcheck(grows, {three}),
             Contains("the result differs between two calls with the same values: shape [3, 3], "
                      "then [4, 3]"));
}

TEST_CASE("the gradient check knows rows whose gradient is not the derivative on purpose") {
  const tg::Array table = tg::distinct({3, 2});
  const auto half_of_row_1 = [](const Inputs& x) {
    return square(x[0], [](const tg::Array& dy, const tg::Saved& s, tg::Sink& sink) {
      tg::Array dx = 2 * dy * s[0];
      for (std::size_t column = 0; column < 2; ++column) {
        dx(1, column) *= 0.5;
        dx(2, column) = 0;
      }
      sink.add(0, dx);
    });
  };
  CHECK_THAT(tg::gradcheck(half_of_row_1, {table}), Contains("element"));
  const std::vector<double> right{1, 0.5, 0}, wrong{1, 1, 0};
  CHECK(tg::gradcheck(half_of_row_1, {table}, {}, {.row_factors = {{"input 0", right}}}) == "");
  CHECK_THAT(tg::gradcheck(half_of_row_1, {table}, {}, {.row_factors = {{"input 0", wrong}}}),
             Contains("element"));
  CHECK_THROWS_WITH(
      tg::gradcheck(half_of_row_1, {table}, {}, {.row_factors = {{"input 1", right}}}),
      "gradcheck: row_factors names input 1, which is no parameter");
  CHECK_THROWS_WITH(
      tg::gradcheck(half_of_row_1, {tg::distinct({4})}, {}, {.row_factors = {{"input 0", right}}}),
      "gradcheck: row_factors has 3 numbers for input 0, which has 4 rows");
}

TEST_CASE("the gradient check wants gradient zero for frozen rows, and leaves frozen parameters") {
  tg::Parameter table(tg::distinct({3, 2}));
  table.set_frozen_rows({1});
  CHECK(tg::gradcheck([&] { return table * table; }, {table}) == "");
  tg::Parameter frozen(tg::distinct({2}));
  frozen.set_frozen(true);
  CHECK(tg::gradcheck([&] { return table * frozen; }, {table, frozen}) == "");
  CHECK_THAT(tg::gradcheck([&] { return frozen * frozen; }, {frozen}),
             Contains("does not depend on any trainable parameter"));
}

TEST_CASE("the gradient check finds a NaN, and gives parameters their values back") {
  const tg::Array before = tg::distinct({3});
  const tg::Parameter x(before);
  CHECK_THAT(tg::gradcheck([&] { return tg::log(x); }, {x}), Contains("nan"));
  CHECK((x.value() == before));
}
