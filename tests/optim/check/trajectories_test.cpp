// Optimizers against numbers of PyTorch 1.13.1: four steps of x² by hand, the others from
// reference.py beside this file.
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/optim/sgd.hpp>
#include <vector>

namespace tg = tapegrad;

namespace {

using Make = std::function<std::unique_ptr<tg::Optimizer>(std::vector<tg::NamedParameter>)>;

Make sgd(tg::SGDOptions options) {
  return [options](auto p) { return std::make_unique<tg::SGD>(std::move(p), options); };
}
Make adam(tg::AdamOptions options) {
  return [options](auto p) { return std::make_unique<tg::Adam>(std::move(p), options); };
}
Make adamw(tg::AdamWOptions options) {
  return [options](auto p) { return std::make_unique<tg::AdamW>(std::move(p), options); };
}

tg::Gradients gradient_of(const tg::Parameter& p, tg::Gradient gradient) {
  tg::Gradients gradients;
  gradients.add(p, std::move(gradient));
  return gradients;
}

}  // namespace

TEST_CASE("minimizing x² from 2 takes PyTorch's path") {
  struct Case {
    std::string what;
    Make make;
    std::vector<double> path;
  };
  const std::vector<Case> cases = {
      {"SGD", sgd({.lr = 0.1}), {1.6, 1.28, 1.024, 0.8192}},
      {"momentum", sgd({.lr = 0.1, .momentum = 0.9}), {1.6, 0.92, 0.124, -0.6172}},
      {"nesterov",
       sgd({.lr = 0.1, .momentum = 0.9, .nesterov = true}),
       {1.24, 0.4448, -0.216704, -0.64964608}},
      {"momentum and decay",
       sgd({.lr = 0.1, .momentum = 0.9, .weight_decay = 0.1}),
       {1.58, 0.8702, 0.048638, -0.70098178}},
      {"Adam", adam({.lr = 0.1}), {1.9000000002, 1.8001664861, 1.700623392, 1.6015048953}},
      {"AdamW",
       adamw({.lr = 0.1, .weight_decay = 0.1}),
       {1.8800000002, 1.7614089506, 1.6443686836, 1.5290327113}}};
  for (const Case& c : cases) {
    INFO(c.what);
    const tg::Parameter x(tg::full({}, 2.0));
    const auto optimizer = c.make({{"x", x}});
    for (const double wanted : c.path) {
      tg::Tape tape;
      const tg::Tensor loss = tg::mul(x, x);
      optimizer->step(tape.backward(loss));
      CHECK(x.value().data()[0] == Approx(wanted).margin(1e-10).epsilon(0));
    }
  }
}

TEST_CASE("a constant gradient of 1 moves SGD by what PyTorch's documentation of momentum says") {
  const auto moves = [](tg::SGDOptions options) {
    options.lr = 1.0;
    const tg::Parameter x(tg::full({1}, 0.0));
    tg::SGD optimizer({{"x", x}}, options);
    std::vector<double> steps;
    for (int t = 0; t < 3; ++t) {
      const double before = x.value()(0);
      optimizer.step(gradient_of(x, tg::Gradient(tg::full({1}, 1.0))));
      steps.push_back(std::round((before - x.value()(0)) * 1e9) / 1e9);
    }
    return steps;
  };
  CHECK(moves({.momentum = 0.9}) == std::vector<double>{1, 1.9, 2.71});
  CHECK(moves({.momentum = 0.9, .dampening = 0.5}) == std::vector<double>{1, 1.4, 1.76});
  CHECK(moves({.momentum = 0.9, .nesterov = true}) == std::vector<double>{1.9, 2.71, 3.439});
}

TEST_CASE("with every option at work, and a learning rate that changes, it is still PyTorch") {
  struct Case {
    std::string what;
    Make make;
    std::vector<double> end;
  };
  const std::vector<Case> cases = {
      {"SGD, momentum, dampening, decay",
       sgd({.lr = 0.1, .momentum = 0.9, .dampening = 0.3, .weight_decay = 0.2}),
       {-1.501195265848, 0.429335864601, 0.102323958765, -0.706138729192, 1.224392401258,
        0.715179245421}},
      {"SGD, nesterov, decay",
       sgd({.lr = 0.1, .momentum = 0.8, .nesterov = true, .weight_decay = 0.2}),
       {-1.460248452653, 0.409188945269, 0.005526071407, -0.556552138387, 1.312885259534,
        0.578177385672}},
      {"Adam, other betas, large eps, decay",
       adam({.lr = 0.1, .beta1 = 0.8, .beta2 = 0.95, .eps = 0.1, .weight_decay = 0.3}),
       {-1.447416189279, 0.737692329118, 0.056309654998, -0.757080585478, 1.310725880060,
        0.590395875985}},
      {"AdamW, other betas, large eps, decay",
       adamw({.lr = 0.1, .beta1 = 0.8, .beta2 = 0.95, .eps = 0.1, .weight_decay = 0.3}),
       {-1.472283365773, 0.688076819053, 0.054924667242, -0.788300076520, 1.277832341520,
        0.572453953439}}};
  for (const Case& c : cases) {
    INFO(c.what);
    tg::Array start = tg::zeros({6}), gradient = tg::zeros({6});
    for (int i = 0; i < 6; ++i) start(i) = ((5 * i) % 7 - 3) / 2.0;
    const tg::Parameter x(start);
    const auto optimizer = c.make({{"x", x}});
    for (int t = 1; t <= 5; ++t) {
      if (t == 4) optimizer->set_lr(optimizer->lr() * 0.5);
      for (int i = 0; i < 6; ++i) gradient(i) = ((7 * t + 3 * i) % 11 - 5) / 4.0;
      optimizer->step(gradient_of(x, tg::Gradient(gradient)));
    }
    for (std::size_t i = 0; i < 6; ++i)
      CHECK(x.value()(i) == Approx(c.end[i]).margin(2e-12).epsilon(0));
  }
}

// Gradient 1 at steps 1 and 4 only; the numbers are PyTorch's Adam and SparseAdam, the latter
// without bias correction of eps, which changes the eighth digit.
TEST_CASE("a row with a gradient at steps 1 and 4 follows Adam or stands still, by the policy") {
  const auto path = [](tg::RowPolicy policy) {
    const tg::Parameter table(tg::full({2, 1}, 0.0));
    tg::Adam optimizer({{"table", table}}, {.lr = 0.1, .row_policy = policy});
    std::vector<double> x;
    for (int t = 1; t <= 5; ++t) {
      tg::RowGrad rows;
      if (t == 1 || t == 4) rows = {{1}, tg::full({1, 1}, 1.0)};
      optimizer.step(gradient_of(table, tg::Gradient(rows)));
      x.push_back(table.value()(1, 0));
    }
    CHECK(table.value()(0, 0) == 0.0);
    return x;
  };
  const std::vector<double> dense = {-0.099999999, -0.1670058235, -0.2188015198, -0.2899028459,
                                     -0.3499996793};
  const std::vector<double> lazy = {-0.0999999684, -0.0999999684, -0.0999999684, -0.17809424,
                                    -0.17809424};
  const auto got_dense = path(tg::RowPolicy::dense);
  const auto got_lazy = path(tg::RowPolicy::lazy);
  for (std::size_t t = 0; t < 5; ++t) {
    CHECK(got_dense[t] == Approx(dense[t]).margin(1e-10).epsilon(0));
    CHECK(got_lazy[t] == Approx(lazy[t]).margin(1e-7).epsilon(0));
  }
}

TEST_CASE("a row first seen at step 5 takes a first step of 0.545 lr: time is the parameter's") {
  const tg::Parameter table(tg::full({2, 1}, 0.0));
  tg::Adam optimizer({{"table", table}}, {.lr = 0.1});
  for (int t = 1; t <= 5; ++t) {
    const tg::Index row = t == 5 ? 1 : 0;
    optimizer.step(gradient_of(table, tg::Gradient(tg::RowGrad{{row}, tg::full({1, 1}, 1.0)})));
  }
  CHECK(table.value()(1, 0) == Approx(-0.0545).margin(5e-5).epsilon(0));
}
