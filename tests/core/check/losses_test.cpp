// The losses besides the cross entropy of labels. "PyTorch" numbers: tests/core/reference.py, some
// of them also in closed form.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <reference_values.hpp>
#include <same.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parallel.hpp>

namespace tg = tapegrad;

namespace {

using tg::Reduction;
using Tensors = std::vector<tg::Tensor>;

const double inf = std::numeric_limits<double>::infinity();
const tg::Array logits{{1.0, 2.0, 3.0}, {1.0, 0.0, -1.0}, {0.5, 0.5, 0.5}};
const tg::Array probabilities{{0.2, 0.3, 0.5}, {1.0, 0.0, 0.0}, {0.1, 0.6, 0.2}};
const tg::IndexArray one_ignored{2, -100, 1};
const std::vector<double> weights{1, 2, 4};

double soft(const tg::Array& x, const tg::Array& t, const tg::CrossEntropyOptions& options = {}) {
  return cross_entropy(tg::Tensor(x), tg::Tensor(t), options).item();
}

// The warnings that come while it lives.
class Warnings {
 public:
  Warnings() : before_(tg::set_warning_sink([this](const std::string& w) { all.push_back(w); })) {}
  ~Warnings() { tg::set_warning_sink(before_); }
  Warnings(const Warnings&) = delete;
  Warnings& operator=(const Warnings&) = delete;

  std::vector<std::string> all;

 private:
  tg::LogSink before_;
};

}  // namespace

TEST_CASE("cross entropy of probabilities has PyTorch's values: its mean divides by the items") {
  CHECK(soft(logits, probabilities) == Approx(0.8346543295633534));
  CHECK(soft(logits, probabilities, {.class_weights = weights}) == Approx(1.6186628236972254));
  CHECK(soft(logits, probabilities, {.class_weights = weights, .reduction = Reduction::sum}) ==
        Approx(4.855988471091676));
  CHECK(soft(logits, probabilities, {.class_weights = weights, .label_smoothing = 0.1}) ==
        Approx(1.7612050915819262));
  const tg::Array one_hot{{0.0, 0.0, 1.0}, {1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}};
  CHECK(soft(logits, one_hot, {.class_weights = weights}) == Approx(4.2352543996 / 3));
  CHECK(soft(logits, one_hot) == Approx(0.6379414059));
}

TEST_CASE("cross entropy of probabilities has PyTorch's gradients of logits and targets") {
  check_against({{1.761205091582},
                 {0.011516948265, 0.022384130101, -0.033901078367, -0.059797861152, 0.070230755732,
                  -0.010432894580, 0.194814814815, -0.146296296296, -0.048518518519},
                 {0.722281789333, 0.844563578667, 0.489127157333, 0.122281789333, 0.844563578667,
                  2.889127157333, 0.329583686600, 0.659167373201, 1.318334746402}},
                [](const Tensors& x) {
                  return cross_entropy(x[0], x[1],
                                       {.class_weights = weights, .label_smoothing = 0.1});
                },
                {logits, probabilities});
}

TEST_CASE("a class with logit -inf costs nothing where its probability is 0") {
  CHECK(soft({{0.0, -inf}}, {{1.0, 0.0}}) == 0);
  CHECK(soft({{0.0, -inf}}, {{0.5, 0.5}}) == inf);
}

TEST_CASE("cross entropy takes sequences, with PyTorch's values after a transposition") {
  tg::Array sequences(tg::Shape{3, 3, 3});
  for (std::size_t t = 0; t < 3; ++t) {
    for (std::size_t c = 0; c < 3; ++c) {
      sequences(0, t, c) = logits(t, c);
      sequences(1, t, c) = logits(2 - t, c);
      sequences(2, t, c) = 2 * logits(t, c);
    }
  }
  const tg::IndexArray labels{{2, 0, 1}, {-100, 1, 1}, {0, 2, 2}};
  check_against(
      {{1.748739277725},
       {0.018006114634,
        0.048945694211,
        -0.066951808845,
        -0.016737952211,
        0.012236423553,
        0.004501528659,
        0.033333333333,
        -0.066666666667,
        0.033333333333,
        0,
        0,
        0,
        0.066524095577,
        -0.075527152895,
        0.009003057317,
        0.009003057317,
        -0.075527152895,
        0.066524095577,
        -0.049206188001,
        0.005865521391,
        0.043340666610,
        0.173362666439,
        0.023462085565,
        -0.196824752005,
        0.066666666667,
        0.066666666667,
        -0.133333333333}},
      [&](const Tensors& x) { return cross_entropy(x[0], labels, {.class_weights = weights}); },
      {sequences});
  const tg::Tensor each =
      cross_entropy(tg::Tensor(sequences), labels, {.reduction = Reduction::none});
  CHECK(each.shape() == tg::Shape{3, 3});
}

TEST_CASE("cross entropy takes a single item") {
  const tg::IndexArray label = 2;
  const tg::Array x{1.0, 2.0, 3.0};
  check_against({{0.407605964444}, {0.090030573170, 0.244728471055, -0.334759044225}},
                [&](const Tensors& t) { return cross_entropy(t[0], label); }, {x});
  const tg::Tensor none = cross_entropy(tg::Tensor(x), label, {.reduction = Reduction::none});
  CHECK(none.shape().empty());
}

TEST_CASE("nll_loss has PyTorch's values, and is the cross entropy of log_softmax") {
  const auto loss = [](Reduction reduction) {
    return [reduction](const Tensors& x) {
      return nll_loss(x[0], one_ignored, {.class_weights = weights, .reduction = reduction});
    };
  };
  check_against({{-2.166666666667}, {0, 0, -0.666666666667, 0, 0, 0, 0, -0.333333333333, 0}},
                loss(Reduction::mean), {logits});
  check_against({{-12, 0, -1}, {0, 0, -4, 0, 0, 0, 0, -6, 0}}, loss(Reduction::none), {logits});
  const tg::Tensor x(logits);
  CHECK(nll_loss(log_softmax(x), one_ignored, {.class_weights = weights}).item() ==
        Approx(0.6379414059));
}

TEST_CASE("bce_with_logits has PyTorch's values and gradients") {
  const tg::Array z{0.0, 2.0, -3.0}, t{1.0, 0.0, 1.0};
  const std::vector<double> three{3, 3, 3};
  const auto loss = [](const tg::BceOptions& options) {
    return [options](const Tensors& x) { return bce_with_logits(x[0], x[1], options); };
  };
  check_against({{0.693147180560, 2.126928011043, 3.048587351574},
                 {-0.5, 1.761594155956, -2.857722380467},
                 {0, -4, 9}},
                loss({.reduction = Reduction::none}), {z, t});
  check_against({{2.079441541680, 2.126928011043, 9.145762054721},
                 {-1.5, 1.761594155956, -8.573167141402},
                 {1.386294361120, -3.492287955828, 27.291524109442}},
                loss({.pos_weight = three, .reduction = Reduction::none}), {z, t});
  check_against({{4.450710535815},
                 {-0.5, 0.293599025993, -0.952574126822},
                 {0.462098120373, -0.582047992638, 3.032391567716}},
                loss({.pos_weight = three}), {z, t});
  tg::Array each_row(tg::Shape{3, 1});
  each_row(0, 0) = 1;
  each_row(1, 0) = 2;
  each_row(2, 0) = 0.5;
  check_against(
      {{0.939959917642},
       {0.059006508737, 0.060559577930, 0.042381701895, -0.059764760304, 0.111111111111,
        0.059764760304, 0.029025518400, -0.011336948338, 0.010885273885},
       {-0.111111111111, -0.208119109884, -0.317137549475, -0.222222222222, 0.154032706791,
        1.097730013901, -0.027777777778, -0.001440167546, 0.051235052919}},
      [&](const Tensors& x) {
        return bce_with_logits(x[0], x[1], {.pos_weight = weights}, tg::Tensor(each_row));
      },
      {logits, probabilities});
}

TEST_CASE("bce_with_logits survives logits that are far out") {
  const tg::Parameter z(tg::Array{-1e4, 1e4, 1e4, -1e4});
  const tg::Tensor t(tg::Array{1.0, 0.0, 1.0, 0.0});
  tg::Tape tape;
  const tg::Tensor each = bce_with_logits(z, t, {.reduction = Reduction::none});
  CHECK(same(each.value(), tg::Array{1e4, 1e4, 0.0, 0.0}));
  CHECK(same(tape.backward(sum(each)).dense(z), tg::Array{-1.0, 1.0, 0.0, 0.0}));
}

TEST_CASE("mse_loss has PyTorch's values and gradients") {
  const tg::Array a{{1.0, 2.0, -3.0}, {0.5, 0.5, 4.0}}, b{{2.0, -1.0, 0.5}, {1.0, 3.0, -2.0}};
  const auto loss = [](Reduction reduction) {
    return [reduction](const Tensors& x) { return mse_loss(x[0], x[1], reduction); };
  };
  check_against({{10.791666666667},
                 {-0.333333333333, 1, -1.166666666667, -0.166666666667, -0.833333333333, 2},
                 {0.333333333333, -1, 1.166666666667, 0.166666666667, 0.833333333333, -2}},
                loss(Reduction::mean), {a, b});
  check_against({{64.75}, {-2, 6, -7, -1, -5, 12}, {2, -6, 7, 1, 5, -12}}, loss(Reduction::sum),
                {a, b});
  check_against(
      {{1, 9, 12.25, 0.25, 6.25, 36}, {-2, 12, -21, -4, -25, 72}, {2, -12, 21, 4, 25, -72}},
      loss(Reduction::none), {a, b});
}

TEST_CASE("a loss of many items is the sum of its parts, on any number of threads") {
  const std::size_t n = 20000;
  tg::Array x(tg::Shape{n}), t = tg::zeros({n});
  for (std::size_t i = 0; i < n; ++i) x.data()[i] = static_cast<double>(i % 7);
  const auto loss = [&] { return mse_loss(tg::Tensor(x), tg::Tensor(t), Reduction::sum).item(); };
  double sum = 0;
  for (const double value : x) sum += value * value;
  tg::set_threads(1);
  const double alone = loss();
  tg::set_threads(3);
  CHECK(loss() == alone);
  tg::set_threads(0);
  CHECK(alone == sum);  // whole numbers: exact in any order
}

TEST_CASE("the mean of no losses is 0 with gradient zero, and each operation warns once") {
  const Warnings warnings;
  const tg::Parameter nothing(tg::zeros({0, 3}));
  const tg::IndexArray no_labels = tg::IndexArray::from_shape({0});
  for (int i = 0; i < 2; ++i) {
    const std::vector<std::function<tg::Tensor()>> losses = {
        [&] { return cross_entropy(nothing, no_labels); },
        [&] {
          return cross_entropy(nothing, tg::Tensor(tg::zeros({0, 3})));
        },
        [&] { return nll_loss(nothing, no_labels); },
        [&] {
          return bce_with_logits(nothing, tg::Tensor(tg::zeros({0, 3})));
        },
        [&] {
          return mse_loss(nothing, tg::Tensor(tg::zeros({0, 3})));
        }};
    for (const auto& loss : losses) {
      tg::Tape tape;
      const tg::Tensor y = loss();
      CHECK(y.item() == 0);
      CHECK(same(tape.backward(y).dense(nothing), tg::zeros({0, 3})));
    }
  }
  CHECK(warnings.all.size() == 4);  // cross_entropy has one for labels and probabilities
}

TEST_CASE("an item whose class has weight 0 alone gives nll_loss 0 with gradient zero") {
  const Warnings warnings;
  const tg::Parameter x(logits);
  tg::Tape tape;
  const tg::Tensor y = nll_loss(x, {0, -100, 0}, {.class_weights = {0, 1, 1}});
  CHECK(y.item() == 0);
  CHECK(same(tape.backward(y).dense(x), tg::zeros({3, 3})));
  CHECK_THAT(warnings.all.at(0), Catch::Matchers::Contains("nll_loss: nothing to average"));
}
