// Values and gradients in double. "PyTorch" numbers: tests/core/reference.py; others are closed
// forms.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <reference_values.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/core/ops.hpp>

namespace tg = tapegrad;

namespace {

const double not_a_number = std::numeric_limits<double>::quiet_NaN();
const double inf = std::numeric_limits<double>::infinity();

const tg::Array x{-3.0, -1.0, -0.25, 0.0, 0.5, 2.0};
const tg::Array matrix{{1.0, 2.0, -3.0}, {0.5, 0.5, 4.0}};
const tg::Array other{{2.0, -1.0, 0.5}, {1.0, 3.0, -2.0}};
const tg::Array sequences{{{1.0, -2.0}, {3.0, 0.5}, {-1.0, 4.0}},
                          {{0.0, 2.0}, {2.0, -3.0}, {0.25, 1.0}}};
const tg::Array filters{{{0.5, -1.0}, {2.0, 1.0}}, {{-0.5, 3.0}, {1.0, -2.0}}};

}  // namespace

TEST_CASE("elementwise functions have PyTorch's values and gradients") {
  check_against(
      {{-0.004049694095, -0.158655253931, -0.100323418579, 0, 0.345731230637, 1.954499736104},
       {-0.011945647204, -0.166630941175, 0.913879935349, 2, 4.337475623281, 6.511390806469}},
      [](const auto& t) { return gelu(t[0]); }, {x});
  check_against(
      {{0.047425873178, 0.268941421370, 0.437823499114, 0.5, 0.622459331202, 0.880797077978},
       {0.045176659731, 0.393223866483, 0.738402248213, 1, 1.175018561008, 0.629961512421}},
      [](const auto& t) { return sigmoid(t[0]); }, {x});
  check_against(
      {{-0.995054753687, -0.761594155956, -0.244918662404, 0, 0.462117157260, 0.964027580076},
       {0.009866037165, 0.839948683228, 2.820044546419, 4, 3.932238664830, 0.423904949119}},
      [](const auto& t) { return tanh(t[0]); }, {x});
  check_against({{0, 0, 0, 0, 0.5, 2}, {0, 0, 0, 0, 5, 6}},
                [](const auto& t) { return relu(t[0]); }, {x});
  check_against(
      {{0.049787068368, 0.367879441171, 0.778800783071, 1, 1.648721270700, 7.389056098931},
       {0.049787068368, 0.735758882343, 2.336402349214, 4, 8.243606353501, 44.334336593584}},
      [](const auto& t) { return exp(t[0]); }, {x});
  check_against({{-1.386294361120, 0, 1.098612288668}, {4, 2, 1}},
                [](const auto& t) { return log(t[0]); }, {tg::Array{0.25, 1.0, 3.0}});
}

TEST_CASE("quotients and products have PyTorch's values and gradients") {
  check_against({{0.5, -2, -6, 0.5, 0.166666666667, -2},
                 {0.5, -2, 6, 4, 1.666666666667, -3},
                 {-0.25, -4, 36, -2, -0.277777777778, -6}},
                [](const auto& t) { return t[0] / t[1]; }, {matrix, other});
  check_against({{-1.5, 13, 2.5, -6}, {4, 5, -3.5, 10, 9, -6.5}, {2.5, 3.5, 9, 4, 6, 10}},
                [](const auto& t) { return matmul(t[0], transpose(t[1])); }, {matrix, other});
  check_against({{-1, 12.5, 3, -6.5}, {4, 5, -3.5, 10, 9, -6.5}, {2.5, 3.5, 9, 4, 6, 10}, {4, 6}},
                [](const auto& t) { return linear(t[0], t[1], t[2]); },
                {matrix, other, tg::Array{0.5, -0.5}});
}

TEST_CASE("softmax and log_softmax have PyTorch's values and gradients on both axes") {
  check_against({{0.267623154150, 0.727475156800, 0.004901689050, 0.028477491936, 0.028477491936,
                  0.943045016127},
                 {-0.197312806997, 0.191123339019, 0.006189467978, -0.054522081232, -0.026044589296,
                  0.080566670528}},
                [](const auto& t) { return softmax(t[0], 1); }, {matrix});
  check_against({{0.622459331202, 0.817574476194, 0.000911051194, 0.377540668798, 0.182425523806,
                  0.999088948806},
                 {-0.705011136605, -0.447439356211, -0.002730663540, 0.705011136605, 0.447439356211,
                  0.002730663540}},
                [](const auto& t) { return softmax(t[0], 0); }, {matrix});
  check_against({{-1.318175429247, -0.318175429247, -5.318175429247, -3.558641260344,
                  -3.558641260344, -0.058641260344},
                 {-0.605738924899, -2.364850940803, 2.970589865702, 3.572837620953, 4.572837620953,
                  -8.145675241905}},
                [](const auto& t) { return log_softmax(t[0], 1); }, {matrix});
}

TEST_CASE("functions do not overflow far out") {
  const tg::Tensor far(tg::Array{-1e4, -800.0, 800.0, 1e4});
  CHECK_THAT(flat(sigmoid(far).value()), Near({0, 0, 1, 1}));
  CHECK(sigmoid(tg::Tensor(tg::Array{-700.0})).item() > 0);
  CHECK_THAT(flat(gelu(far).value()), Near({0, 0, 800, 1e4}));
  CHECK(gelu(tg::Tensor(tg::Array{-10.0})).item() == Approx(-7.6198530241605e-23));
  CHECK_THAT(flat(softmax(far).value()), Near({0, 0, 0, 1}));
  CHECK_THAT(flat(log_softmax(far).value()), Near({-2e4, -10800, -9200, 0}));
}

TEST_CASE("NaN passes through every function") {
  const tg::Tensor t(tg::Array{not_a_number});
  for (const auto& f : {tg::relu, tg::gelu, tg::sigmoid, tg::tanh, tg::exp, tg::log, tg::neg}) {
    CHECK(std::isnan(f(t).item()));
  }
  CHECK_THAT(flat(softmax(tg::Tensor(tg::Array{1.0, not_a_number})).value()),
             Near({not_a_number, not_a_number}));
  CHECK_THAT(flat(relu(tg::Tensor(tg::Array{not_a_number, inf, -inf})).value()),
             Near({not_a_number, inf, 0}));
}

TEST_CASE("an entry of -inf gets no probability") {
  const tg::Tensor t(tg::Array{0.0, -inf, 0.0});
  CHECK_THAT(flat(softmax(t).value()), Near({0.5, 0, 0.5}));
  CHECK_THAT(flat(log_softmax(t).value()), Near({-std::log(2), -inf, -std::log(2)}));
}

TEST_CASE("sums and means along an axis keep the other axes in place") {
  const tg::Tensor t = reshape(tg::Tensor(xt::arange<double>(1, 9)), {2, 2, 2});
  CHECK(mean(t).item() == 4.5);
  CHECK_THAT(flat(mean(t, 1).value()), Near({2, 3, 6, 7}));
  CHECK(mean(t, 1, true).shape() == tg::Shape{2, 1, 2});
  CHECK(mean(t, -1).shape() == tg::Shape{2, 2});
  CHECK(std::isnan(mean(tg::Tensor(tg::zeros({0, 2}))).item()));
}

TEST_CASE("a masked mean leaves masked positions out, even NaN, and is zero if all are masked") {
  const tg::Array values{1.0,          10.0, not_a_number, not_a_number, 2.0, 30.0,
                         not_a_number, 1.0,  2.0,          3.0,          4.0, inf};
  const tg::Tensor t = reshape(tg::Tensor(values), {2, 3, 2});
  const tg::Mask mask{{false, true, false}, {true, true, true}};
  CHECK_THAT(flat(masked_mean(t, mask).value()), Near({1.5, 20, 0, 0}));
}

TEST_CASE("a convolution has PyTorch's values and gradients, with and without padding") {
  const auto convolution = [](tg::Index padding) {
    return [padding](const auto& t) { return conv1d(t[0], t[1], t[2], padding); };
  };
  const std::vector<tg::Array> inputs{sequences, filters, {0.25, -0.5}};
  check_against({{-5.75, 5, 7.75, -12.5, -0.75, 13.5, -4, -5.75},
                 {-0.5, 4, 4.5, 7, 9, -5, -0.5, 16, 12.5, 15, 17, -9},
                 {24, 11.75, -11.5, 4.5, 30, 16, -14, 7},
                 {16, 20}},
                convolution(0), inputs);
  check_against({{-2.75, 6.5, -5.75, 5, 7.75, -12.5, 7.75, 4, 2.25, -4.5, -0.75, 13.5, -4, -5.75,
                  2.375, 0.375},
                 {4.5, 7, 8.5, 11, 12.5, 15, 20.5, 23, 24.5, 27, 28.5, 31},
                 {40.75, 30.25, 22.5, 17.5, 46, 35.5, 25, 20},
                 {64, 72}},
                convolution(1), inputs);
  check_against({{0, -8.75, 7.75, 5.75, -1, -4},
                 {0, 5, 0.5, 7.5, -1, 2, -1.5, 14, 2, 15, -1, 3.5},
                 {23, 15.5, 10.25, -10.5, 10, 1.5},
                 {21}},
                convolution(1), {sequences, {{{0.5, -1.0, 1.0}, {2.0, 1.0, -0.5}}}, {0.25}});
}

TEST_CASE("a maximum over time has PyTorch's values and gradients") {
  const tg::Mask mask{{false, false, true}, {true, false, false}};
  check_against({{3, 0.5, 2, 1}, {0, 0, 1, 2, 0, 0, 0, 0, 3, 0, 0, 4}},
                [&](const auto& t) { return max_over_time(t[0], mask); }, {sequences});
}

TEST_CASE("a maximum over time leaves masked positions out, even NaN; the first of equals wins") {
  const tg::Mask mask{{true, false, false, false}};
  // The maximum, then the gradient of each position.
  const auto of = [&](const tg::Array& positions) {
    const auto results = value_and_gradients(
        [&](const auto& t) {
          return max_over_time(reshape(t[0], {1, 4, 1}), mask);
        },
        {positions});
    std::vector<double> all = results[0];
    all.insert(all.end(), results[1].begin(), results[1].end());
    return all;
  };
  CHECK_THAT(of({not_a_number, 2, 5, 5}), Near({5, 0, 0, 1, 0}));
  CHECK_THAT(of({9, 2, 2, 1}), Near({2, 0, 1, 0, 0}));
  CHECK_THAT(of({9, -inf, -inf, -inf}), Near({-inf, 0, 1, 0, 0}));
  CHECK_THAT(of({9, 1, not_a_number, inf}), Near({not_a_number, 0, 0, 1, 0}));
  CHECK_THAT(of({9, not_a_number, 7, not_a_number}), Near({not_a_number, 0, 1, 0, 0}));
}

TEST_CASE("a window is masked if it holds masked positions and padding only") {
  const auto windows = [](const tg::Mask& mask, tg::Index width, tg::Index padding) {
    const tg::Mask result = tg::window_mask(mask, width, padding);
    std::string text;
    for (const bool masked : result) text += masked ? 'x' : '.';
    return text;
  };
  const tg::Mask mask{{false, true, true, true}, {true, true, false, true}};
  CHECK(windows(mask, 1, 0) == ".xxxxx.x");
  CHECK(windows(mask, 2, 0) == ".xxx..");
  CHECK(windows(mask, 2, 1) == "..xxxxx..x");
  CHECK(windows(mask, 3, 2) == "...xxxxx...x");
  CHECK(windows(mask, 4, 0) == "..");
  CHECK(windows(mask, 2, 2) == "x..xxxxxxx..xx");
  CHECK(windows(tg::Mask::from_shape({2, 0}), 2, 1) == "xx");
}

TEST_CASE("shapes change as NumPy would change them") {
  const tg::Tensor t(tg::Array{{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}});
  CHECK_THAT(flat(transpose(t).value()), Near({1, 4, 2, 5, 3, 6}));
  CHECK(transpose(t).shape() == tg::Shape{3, 2});
  CHECK_THAT(flat(slice(t, 1, 1, 3).value()), Near({2, 3, 5, 6}));
  CHECK_THAT(flat(tg::concat({t, slice(t, 1, 0, 1)}, 1).value()), Near({1, 2, 3, 1, 4, 5, 6, 4}));
  CHECK_THAT(flat(reshape(t, {3, 2}).value()), Near({1, 2, 3, 4, 5, 6}));
}
