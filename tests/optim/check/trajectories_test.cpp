// Optimizers against numbers of PyTorch 1.13.1: four steps of x² by hand, the others from
// reference.py beside this file.
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/optim/adagrad.hpp>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/optim/lr_scheduler.hpp>
#include <tapegrad/optim/rmsprop.hpp>
#include <tapegrad/optim/sgd.hpp>
#include <vector>

namespace tg = tapegrad;

namespace {

using Make = std::function<std::unique_ptr<tg::Optimizer>(std::vector<tg::NamedParameter>)>;

template <class Optimizer, class Options>
Make made(Options options) {
  return [options](auto p) { return std::make_unique<Optimizer>(std::move(p), options); };
}
Make sgd(tg::SGDOptions options) {
  return made<tg::SGD>(options);
}
Make adam(tg::AdamOptions options) {
  return made<tg::Adam>(options);
}
Make adamw(tg::AdamWOptions options) {
  return made<tg::AdamW>(options);
}
Make adagrad(tg::AdagradOptions options) {
  return made<tg::Adagrad>(options);
}
Make rmsprop(tg::RMSpropOptions options) {
  return made<tg::RMSprop>(options);
}

// Start and gradients of reference.py.
tg::Array start_of_reference() {
  tg::Array start = tg::zeros({6});
  for (int i = 0; i < 6; ++i) start(i) = ((5 * i) % 7 - 3) / 2.0;
  return start;
}
tg::Gradient gradient_of_reference(int t) {
  tg::Array gradient = tg::zeros({6});
  for (int i = 0; i < 6; ++i) gradient(i) = ((7 * t + 3 * i) % 11 - 5) / 4.0;
  return tg::Gradient(gradient);
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
       {1.8800000002, 1.7614089506, 1.6443686836, 1.5290327113}},
      {"Adagrad", adagrad({.lr = 0.1}), {1.9, 1.8311250538, 1.775821515, 1.7285570378}},
      {"Adagrad, lr_decay",
       adagrad({.lr = 0.1, .lr_decay = 0.1}),
       {1.9, 1.8373864126, 1.7911909119, 1.7546195854}}};
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
        0.572453953439}},
      {"Adam, AMSGrad, decay",
       adam({.lr = 0.1,
             .beta1 = 0.8,
             .beta2 = 0.7,
             .eps = 0.1,
             .weight_decay = 0.3,
             .amsgrad = true}),
       {-1.452878363897, 0.743291913152, 0.058286317070, -0.768273616271, 1.315639494206,
        0.593015228264}},
      {"AdamW, AMSGrad, decay",
       adamw({.lr = 0.1,
              .beta1 = 0.8,
              .beta2 = 0.7,
              .eps = 0.1,
              .weight_decay = 0.3,
              .amsgrad = true}),
       {-1.465042320314, 0.693104797985, 0.056558542466, -0.794736237706, 1.274546562076,
        0.571869331324}},
      {"Adagrad",
       adagrad({.lr = 0.1}),
       {-1.602028293551, 0.903092040097, 0.030021548934, -0.915187191150, 1.515375243731,
        0.558340409786}},
      {"Adagrad, lr_decay, decay, first sum, large eps",
       adagrad({.lr = 0.1,
                .lr_decay = 0.2,
                .weight_decay = 0.3,
                .initial_accumulator_value = 0.5,
                .eps = 0.1}),
       {-1.461748772382, 0.888445912262, 0.017634573497, -0.891498065485, 1.430282938511,
        0.531817484625}},
      {"RMSprop",
       rmsprop({}),
       {-1.601854694381, 0.903131743625, 0.029889524488, -0.915071943993, 1.515802461669,
        0.558139051667}},
      {"RMSprop, decay, large eps",
       rmsprop({.lr = 0.1, .alpha = 0.8, .eps = 0.1, .weight_decay = 0.3}),
       {-1.399226986485, 0.728538905602, 0.029156735652, -0.650345577815, 1.360174662913,
        0.523634838097}},
      {"RMSprop, momentum",
       rmsprop({.lr = 0.1, .alpha = 0.8, .momentum = 0.7}),
       {-1.999463109131, 0.426882813780, 0.240954171827, -0.622971298337, 1.400239254213,
        0.847111753194}},
      {"RMSprop, centered",
       rmsprop({.lr = 0.1, .alpha = 0.8, .eps = 0.1, .centered = true}),
       {-1.694092558198, 0.790412417906, 0.050416264480, -0.814406305233, 1.554226002613,
        0.620505728885}},
      {"RMSprop, centered, momentum, decay",
       rmsprop({.lr = 0.1,
                .alpha = 0.8,
                .eps = 0.1,
                .weight_decay = 0.3,
                .momentum = 0.7,
                .centered = true}),
       {-1.293236910693, 0.305865873927, 0.172254914851, -0.209704591861, 1.056409644137,
        0.670418675763}}};
  for (const Case& c : cases) {
    INFO(c.what);
    const tg::Parameter x(start_of_reference());
    const auto optimizer = c.make({{"x", x}});
    for (int t = 1; t <= 5; ++t) {
      if (t == 4) optimizer->set_lr(optimizer->lr() * 0.5);
      optimizer->step(gradient_of(x, gradient_of_reference(t)));
    }
    for (std::size_t i = 0; i < 6; ++i)
      CHECK(x.value()(i) == Approx(c.end[i]).margin(2e-12).epsilon(0));
  }
}

TEST_CASE("two groups with settings of their own, under one schedule, go where PyTorch's go") {
  const tg::Parameter x(start_of_reference()), y(start_of_reference());
  tg::AdamW optimizer({{"x", x}}, {.lr = 0.1, .weight_decay = 0.1});
  optimizer.add_param_group({{"y", y}}, {.lr = 0.02, .weight_decay = 0.5});
  tg::LRScheduler scheduler(optimizer, tg::StepLR{.step_size = 2, .gamma = 0.3});
  for (int t = 1; t <= 5; ++t) {
    tg::Gradients gradients = gradient_of(x, gradient_of_reference(t));
    gradients.add(y, gradient_of_reference(t));
    optimizer.step(gradients);
    scheduler.step();
  }
  const std::vector<double> first = {-1.586446933465, 0.771371272156, 0.082411219952,
                                     -0.887500889318, 1.338553236577, 0.629445310969};
  const std::vector<double> second = {-1.485311085294, 0.932955386832, 0.016482243990,
                                      -0.956181310264, 1.435732345917, 0.515229628394};
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(x.value()(i) == Approx(first[i]).margin(2e-12).epsilon(0));
    CHECK(y.value()(i) == Approx(second[i]).margin(2e-12).epsilon(0));
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
