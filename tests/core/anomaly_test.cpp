// Finding where a NaN or an infinity comes from.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <tapegrad/core/anomaly.hpp>
#include <tapegrad/core/checkpoint.hpp>
#include <tapegrad/core/ops.hpp>
#include <thread>

namespace tg = tapegrad;
using Catch::Matchers::Contains;
using Catch::Matchers::Equals;

namespace {

const tg::Real inf = std::numeric_limits<tg::Real>::infinity();
const tg::Real not_a_number = std::numeric_limits<tg::Real>::quiet_NaN();

struct Model {
  tg::Parameter scale{tg::Array{{1, 2, 3}, {4, 5, 6}}};
  static void visit(auto& self, auto&& v) { v("scale", self.scale); }
};

// sqrt by way of the logarithm: at 0 its gradient is NaN though its value is 0.
tg::Tensor root(const tg::Tensor& x) {
  return tg::record("root", {x}, tg::Tensor(xt::sqrt(x.value())), tg::saved(x),
                    [](const tg::Array& dy, const tg::Saved& s, tg::Sink& sink) {
                      sink.add(0, dy * tg::Real(0.5) / xt::sqrt(s[0]));
                    });
}

}  // namespace

TEST_CASE("the operation whose result first held an infinity is named, with the element") {
  const Model model;
  const tg::DetectAnomaly guard(model);
  tg::Tape tape;
  const tg::Tensor x = model.scale - tg::Tensor(tg::full({2, 3}, 5));
  CHECK_THROWS_AS(tg::log(x * x), tg::AnomalyError);
  CHECK_THROWS_WITH(tg::log(x * x),
                    Equals("log: the result of shape [2, 3] holds -inf at position 4 ([1, 1]), "
                           "operation 3 on the tape"));
}

TEST_CASE("an input that held a NaN already is named, a parameter by its name") {
  Model model;
  model.scale.mutate()(0, 2) = not_a_number;
  const tg::Tensor one(tg::full({3}, 1));
  {
    const tg::DetectAnomaly guard(model);
    CHECK_THROWS_WITH(
        one + model.scale,
        Equals("add: the result of shape [2, 3] holds nan at position 2 ([0, 2]); its "
               "input 1, parameter scale, of shape [2, "
               "3] holds nan at position 2 ([0, 2])"));
  }
  const tg::DetectAnomaly guard;
  CHECK_THROWS_WITH(one + model.scale, Contains("; its input 1, a parameter, of shape [2, 3]"));
  CHECK_THROWS_WITH(one / tg::Tensor(tg::full({}, not_a_number)),
                    Contains("; its input 1 of shape [] holds nan at position 0 ([])"));
  CHECK_NOTHROW(embedding(model.scale, {1, 1}));  // the NaN is in another row
}

TEST_CASE("the operation whose backward first made a NaN is named, with the parameter") {
  const Model model;
  const tg::Parameter zero(tg::Array{4, 0, 1});
  const tg::DetectAnomaly guard(tg::parameters(model), {});
  {
    tg::Tape tape;
    const tg::Tensor loss = sum(root(tg::relu(zero)) * model.scale);
    CHECK_THROWS_WITH(tape.backward(loss),
                      Equals("root: after its backward the gradient of input 0 of shape [3] holds "
                             "inf at position 1 ([1]), operation 1 on the tape"));
  }
  tg::Tape tape;
  const tg::Tensor at_zero = model.scale * tg::Tensor(tg::zeros({2, 3}));
  const tg::Tensor loss = sum(root(at_zero) * at_zero);
  CHECK_THROWS_WITH(tape.backward(loss), Contains("root: after its backward"));
}

TEST_CASE("a gradient that overflows where it is added up is found, with the parameter") {
  const Model model;
  const tg::DetectAnomaly guard(model);
  const tg::Tensor large(tg::full({}, std::numeric_limits<tg::Real>::max()));
  tg::Tape tape;
  const tg::Tensor tiny = slice(model.scale, 1, 0, 1) * tg::Tensor(tg::full({}, 0));
  const tg::Tensor loss = sum(tiny * large) + sum(model.scale * tg::Tensor(tg::full({}, 0)));
  CHECK_NOTHROW(tape.backward(loss));
  tg::Tape another;
  const tg::Parameter p(tg::zeros({2}));
  const tg::Tensor twice = sum(p * large) + sum(p * large);
  CHECK_THROWS_WITH(another.backward(twice),
                    Equals("mul: after its backward the gradient of input 0, a parameter, of shape "
                           "[2] holds inf at position 0 ([0]), operation 0 on the tape"));
}

TEST_CASE("gradients of rows and parts are looked at too") {
  const Model model;
  const tg::DetectAnomaly guard(model);
  const tg::Tensor large(tg::full({}, std::numeric_limits<tg::Real>::max()));
  const tg::Tensor nothing(tg::zeros({}));
  {
    tg::Tape tape;
    const tg::Tensor rows = embedding(model.scale, {1, 1}) * nothing;
    CHECK_THROWS_WITH(tape.backward(sum(rows * large * large + rows)), Contains("mul: "));
  }
  {
    tg::Tape tape;
    const tg::Tensor rows = embedding(model.scale, {1, 1});
    CHECK_THROWS_WITH(
        tape.backward(sum((rows - stop_gradient(rows)) * large)),
        Contains("embedding: after its backward the gradient of input 0, parameter "
                 "scale, of shape [1, 3] holds inf at position 0 ([0, 0]), in row 1 of the table"));
  }
  tg::Tape tape;
  const tg::Tensor x = model.scale - stop_gradient(model.scale);
  const tg::Tensor part = slice(x, 0, 0, 1) * large;
  CHECK_THROWS_WITH(tape.backward(sum(part) + sum(slice(x, 0, 0, 1) * large)),
                    Contains("slice: after its backward the gradient of input 0 of shape [2, 3]"));
}

TEST_CASE("without a tape, and inside of checkpoints, anomalies are found as well") {
  const tg::DetectAnomaly guard;
  const tg::Tensor zero(tg::zeros({2}));
  CHECK_THROWS_AS(tg::log(zero), tg::AnomalyError);
  const tg::Parameter p(tg::zeros({2}));
  tg::Tape tape;
  const tg::Tensor y = checkpoint([](const tg::Tensor& x) { return root(x); }, p);
  CHECK_THROWS_WITH(tape.backward(sum(y)), Contains("root: after its backward"));
}

TEST_CASE("infinities may be left out, NaN not") {
  const tg::DetectAnomaly guard({.infinity = false});
  const tg::Tensor masked = tg::Tensor(tg::Array{1, 2}) + tg::Tensor(tg::Array{0, -inf});
  CHECK(softmax(masked).value()(1) == 0);
  CHECK_THROWS_WITH(masked - masked, Contains("sub: the result of shape [2] holds nan"));
}

TEST_CASE("guards nest, and each belongs to its thread") {
  const tg::Tensor zero(tg::zeros({2}));
  {
    const tg::DetectAnomaly outer;
    {
      const tg::DetectAnomaly inner({.infinity = false});
      CHECK_NOTHROW(tg::log(zero));
      bool threw = false;
      std::thread([&] {
        CHECK(tg::DetectAnomaly::current() == nullptr);
        const tg::Tensor y = tg::log(zero);
        threw = y.value()(0) != -inf;
      }).join();
      CHECK_FALSE(threw);
    }
    CHECK_THROWS_AS(tg::log(zero), tg::AnomalyError);
  }
  CHECK(tg::DetectAnomaly::current() == nullptr);
  CHECK_NOTHROW(tg::log(zero));
}
