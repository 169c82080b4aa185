// "PyTorch" numbers: tests/core/reference.py; others are closed forms.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <same.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/core/ops.hpp>

namespace tg = tapegrad;

namespace {

using tg::Reduction;

const double inf = std::numeric_limits<double>::infinity();
const tg::Array logits{{1.0, 2.0, 3.0}, {1.0, 0.0, -1.0}, {0.5, 0.5, 0.5}};
const tg::IndexArray labels{2, 0, 1};
const tg::IndexArray one_ignored{2, -100, 1};
const std::vector<double> weights{1, 2, 4};

double loss(const tg::Array& x, const tg::IndexArray& y,
            const tg::CrossEntropyOptions& options = {}) {
  return cross_entropy(tg::Tensor(x), y, options).item();
}

tg::Array gradient(const tg::Array& x, const tg::IndexArray& y,
                   const tg::CrossEntropyOptions& options = {}) {
  const tg::Parameter p(x);
  tg::Tape tape;
  return tape.backward(cross_entropy(p, y, options)).dense(p);
}

void check_loss(const std::vector<double>& mean_sum_ignored, tg::CrossEntropyOptions options) {
  CHECK(loss(logits, labels, options) == Approx(mean_sum_ignored[0]).epsilon(1e-9));
  CHECK(loss(logits, one_ignored, options) == Approx(mean_sum_ignored[2]).epsilon(1e-9));
  options.reduction = Reduction::sum;
  CHECK(loss(logits, labels, options) == Approx(mean_sum_ignored[1]).epsilon(1e-9));
  options.reduction = Reduction::none;
  const tg::Tensor each = cross_entropy(tg::Tensor(logits), labels, options);
  CHECK(each.shape() == tg::Shape{3});
  CHECK(sum(each).item() == Approx(mean_sum_ignored[1]).epsilon(1e-9));
}

}  // namespace

TEST_CASE("cross entropy has PyTorch's values for weights, smoothing, ignored items, reductions") {
  check_loss({0.6379414059, 1.9138242176, 0.7531091266}, {});
  check_loss({0.6050363428, 4.2352543996, 0.6379414059}, {.class_weights = weights});
  check_loss({0.7046080725, 2.1138242176, 0.8031091266}, {.label_smoothing = 0.1});
  check_loss({0.6749935158, 4.7249546104, 0.6549446418},
             {.class_weights = weights, .label_smoothing = 0.1});
}

TEST_CASE("cross entropy has PyTorch's gradient, and an ignored item gets none") {
  const tg::Array wanted{{0.0519639773, 0.1452431898, -0.1972071671},
                         {0, 0, 0},
                         {0.1074074074, -0.1981481481, 0.0907407407}};
  const tg::Array got =
      gradient(logits, one_ignored, {.class_weights = weights, .label_smoothing = 0.1});
  for (std::size_t i = 0; i < got.size(); ++i) {
    CHECK(got.data()[i] == Approx(wanted.data()[i]).margin(1e-10));
  }
}

TEST_CASE("an ignored item has loss 0 without reduction") {
  const tg::Tensor each =
      cross_entropy(tg::Tensor(logits), one_ignored, {.reduction = Reduction::none});
  CHECK(each.value()(1) == 0);
  CHECK(each.value()(2) == Approx(std::log(3.0)));
}

TEST_CASE("cross entropy survives logits that are far apart") {
  const tg::Array far{{-1e4, 1e4}};
  CHECK(loss(far, {0}) == 20000);
  CHECK(loss(far, {1}) == 0);
  CHECK(same(gradient(far, {0}), tg::Array{{-1.0, 1.0}}));
}

TEST_CASE("a class with logit -inf costs nothing where it is not the label") {
  CHECK(loss({{0.0, -inf}}, {0}) == 0);
  CHECK(loss({{0.0, -inf}}, {1}) == inf);
  CHECK(std::isnan(loss({{0.0, inf}}, {0})));
}

TEST_CASE("cross entropy of nothing is 0 with a zero gradient and one warning") {
  std::vector<std::string> warnings;
  const auto before = tg::set_warning_sink([&](const std::string& w) { warnings.push_back(w); });
  CHECK(loss(logits, {-100, -100, -100}) == 0);
  CHECK(loss(logits, {0, 0, 0}, {.class_weights = {0, 1, 1}}) == 0);
  CHECK(loss(tg::zeros({0, 3}), tg::IndexArray::from_shape({0})) == 0);
  CHECK(warnings.size() == 1);  // once for a sink, not at each step
  CHECK_THAT(warnings.at(0), Catch::Matchers::Contains("cross_entropy: nothing to average"));
  const tg::Array bad{{NAN, 1.0}};
  CHECK(same(gradient(bad, {-100}), tg::zeros({1, 2})));
  CHECK(same(gradient(logits, {0, 0, 0}, {.class_weights = {0, 1, 1}}), tg::zeros({3, 3})));
  tg::set_warning_sink([&](const std::string& w) { warnings.push_back(w); });
  CHECK(loss(logits, {-100, -100, -100}) == 0);
  CHECK(warnings.size() == 2);
  tg::set_warning_sink(before);
}
