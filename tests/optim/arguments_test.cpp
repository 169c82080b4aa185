#include <catch2/catch.hpp>
#include <limits>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/layers/linear.hpp>
#include <tapegrad/optim/adagrad.hpp>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/optim/rmsprop.hpp>
#include <tapegrad/optim/sgd.hpp>

namespace tg = tapegrad;

namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<tg::NamedParameter> one() {
  return {{"embed.weight", tg::Parameter(tg::zeros({4, 3}))}};
}

}  // namespace

TEST_CASE(
    "an optimizer refuses numbers that make no sense, naming itself, the argument and the "
    "range") {
  CHECK_THROWS_WITH(tg::Adam(one(), {.lr = -1}), "Adam: lr is -1, must be finite and 0 or more");
  CHECK_THROWS_WITH(tg::SGD(one(), {.lr = nan_value}),
                    "SGD: lr is nan, must be finite and 0 or more");
  CHECK_THROWS_AS(tg::AdamW(one(), {.lr = infinity}), std::invalid_argument);
  CHECK_THROWS_WITH(tg::Adam(one(), {.beta1 = 1}), "Adam: beta1 is 1, must be in [0, 1)");
  CHECK_THROWS_WITH(tg::AdamW(one(), {.beta2 = -0.1}), "AdamW: beta2 is -0.1, must be in [0, 1)");
  CHECK_THROWS_AS(tg::Adam(one(), {.beta1 = nan_value}), std::invalid_argument);
  CHECK_THROWS_AS(tg::Adam(one(), {.beta2 = nan_value}), std::invalid_argument);
  CHECK_THROWS_WITH(tg::Adam(one(), {.eps = -1e-8}),
                    "Adam: eps is -1e-08, must be finite and 0 or more");
  CHECK_THROWS_WITH(tg::AdamW(one(), {.weight_decay = -0.5}),
                    "AdamW: weight_decay is -0.5, must be finite and 0 or more");
  CHECK_THROWS_AS(tg::SGD(one(), {.weight_decay = -0.5}), std::invalid_argument);
  CHECK_THROWS_WITH(tg::SGD(one(), {.momentum = -0.5}),
                    "SGD: momentum is -0.5, must be finite and 0 or more");
  CHECK_THROWS_AS(tg::SGD(one(), {.momentum = 0.5, .dampening = nan_value}), std::invalid_argument);
  CHECK_THROWS_WITH(tg::SGD(one(), {.nesterov = true}),
                    "SGD: nesterov wants momentum above 0 and dampening 0, momentum is 0 and "
                    "dampening is 0");
  CHECK_THROWS_AS(tg::SGD(one(), {.momentum = 0.9, .dampening = 0.1, .nesterov = true}),
                  std::invalid_argument);
  CHECK_THROWS_WITH(tg::Adagrad(one(), {.lr_decay = -1}),
                    "Adagrad: lr_decay is -1, must be finite and 0 or more");
  CHECK_THROWS_AS(tg::Adagrad(one(), {.lr = -1}), std::invalid_argument);
  CHECK_THROWS_AS(tg::Adagrad(one(), {.weight_decay = -1}), std::invalid_argument);
  CHECK_THROWS_AS(tg::Adagrad(one(), {.initial_accumulator_value = -1}), std::invalid_argument);
  CHECK_THROWS_AS(tg::Adagrad(one(), {.eps = infinity}), std::invalid_argument);
  CHECK_THROWS_WITH(tg::RMSprop(one(), {.alpha = 1}), "RMSprop: alpha is 1, must be in [0, 1)");
  CHECK_THROWS_AS(tg::RMSprop(one(), {.lr = -1}), std::invalid_argument);
  CHECK_THROWS_AS(tg::RMSprop(one(), {.eps = -1}), std::invalid_argument);
  CHECK_THROWS_AS(tg::RMSprop(one(), {.weight_decay = -1}), std::invalid_argument);
  CHECK_THROWS_AS(tg::RMSprop(one(), {.momentum = -1}), std::invalid_argument);
  CHECK_NOTHROW(tg::SGD(one(), {.lr = 0}));
  tg::Adam adam(one());
  CHECK_THROWS_AS(adam.set_lr(-1), std::invalid_argument);
  CHECK(adam.lr() == 1e-3);
}

TEST_CASE("an optimizer has PyTorch's defaults") {
  CHECK(tg::Adam(one()).lr() == 1e-3);
  CHECK(tg::Adagrad(one()).lr() == 0.01);
  CHECK(tg::RMSprop(one()).lr() == 0.01);
  CHECK(tg::AdagradOptions{}.eps == 1e-10);
  CHECK(tg::RMSpropOptions{}.alpha == 0.99);
  CHECK(tg::RMSpropOptions{}.eps == 1e-8);
  CHECK(tg::AdamOptions{}.weight_decay == 0);
  CHECK(tg::AdamWOptions{}.weight_decay == 0.01);
}

TEST_CASE("a gradient that stays the same does not make centered RMSprop NaN") {
  const tg::Parameter p(tg::zeros({1000}));
  tg::RMSprop rmsprop({{"p", p}}, {.alpha = 0.5, .centered = true});
  tg::Array gradient = tg::zeros({1000});
  for (std::size_t i = 0; i < 1000; ++i) gradient(i) = tg::Real(0.001) * tg::Real(i + 1);
  tg::Gradients gradients;
  gradients.add(p, tg::Gradient(gradient));
  for (int t = 0; t < 100; ++t) rmsprop.step(gradients);
  for (const tg::Real x : p.value()) CHECK(x < 0);
}

TEST_CASE("an optimizer wants at least one parameter, and defined ones") {
  CHECK_THROWS_WITH(tg::Adam(std::vector<tg::NamedParameter>{}),
                    "Adam: the list of parameters is empty, at least one is wanted");
  CHECK_THROWS_WITH(tg::SGD({{"bias", tg::Parameter()}}), "SGD: parameter 'bias' is undefined");
}

TEST_CASE("a parameter given twice is stepped once") {
  const tg::Parameter p(tg::zeros({1}));
  tg::SGD sgd({{"a", p}, {"b", p}}, {.lr = 1});
  REQUIRE(sgd.parameters().size() == 1);
  CHECK(sgd.parameters()[0].name == "a");
  tg::Gradients gradients;
  gradients.add(p, tg::Gradient(tg::full({1}, 1)));
  sgd.step(gradients);
  CHECK(p.value()(0) == -1);
}

TEST_CASE("an optimizer is made from a model, its frozen parameters among them") {
  tg::Rng rng(1);
  const tg::Linear layer(3, 2, rng);
  tg::freeze(layer.bias);
  const tg::AdamW adamw(layer, {.lr = 1e-2});
  REQUIRE(adamw.parameters().size() == 2);
  CHECK(adamw.parameters()[0].name == "weight");
  CHECK(adamw.parameters()[1].parameter.id() == layer.bias.id());
}

TEST_CASE("a gradient that does not fit names the parameter, and nothing is changed") {
  tg::Parameter shrunk(tg::zeros({5, 3}));
  tg::SGD other({{"shrunk", shrunk}});
  tg::Gradients gradients;
  gradients.add(shrunk, tg::Gradient(tg::zeros({5, 3})));
  shrunk.mutate() = tg::zeros({4, 3});
  CHECK_THROWS_WITH(other.step(gradients),
                    "SGD: the gradient of shrunk has shape [5, 3], [4, 3] is wanted");
}

TEST_CASE("a state that does not fit is refused") {
  const auto list = one();
  tg::Adam adam(list);
  const tg::Parameter& p = list[0].parameter;
  CHECK(adam.state_names() == std::vector<std::string>{"exp_avg", "exp_avg_sq"});
  CHECK(tg::Adam(list, {.amsgrad = true}).state_names() ==
        std::vector<std::string>{"exp_avg", "exp_avg_sq", "max_exp_avg_sq"});
  CHECK(tg::Adagrad(list).state_names() == std::vector<std::string>{"sum"});
  CHECK(tg::SGD(list).state_names().empty());
  CHECK_THROWS_AS(adam.state(tg::Parameter(tg::zeros({1}))), std::invalid_argument);
  CHECK_THROWS_WITH(adam.set_state(p, {.steps = 3, .arrays = {tg::zeros({4, 3})}}),
                    "Adam: the state of embed.weight has 1 arrays after 3 steps, 2 are wanted");
  CHECK_THROWS_WITH(
      adam.set_state(p, {.steps = 3, .arrays = {tg::zeros({4, 3}), tg::zeros({3, 4})}}),
      "Adam: exp_avg_sq of embed.weight has shape [3, 4], the parameter has [4, 3]");
}
