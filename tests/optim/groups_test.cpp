// Groups of parameters with settings of their own.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <same.hpp>
#include <tapegrad/core/rng.hpp>
#include <tapegrad/layers/linear.hpp>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/optim/clip.hpp>
#include <tapegrad/optim/sgd.hpp>

#include "optimizers.hpp"

namespace tg = tapegrad;
using tg::RowPolicy;

namespace {

constexpr std::size_t V = 200, D = 5;

tg::Array random_array(const tg::Shape& shape, std::uint64_t seed) {
  tg::Array a(shape);
  tg::Rng rng(seed);
  for (tg::Real& x : a) x = static_cast<tg::Real>(rng.uniform(-1, 1));
  return a;
}

// A gradient for every third row, others in each step.
tg::Gradient rows_of_step(std::uint64_t t) {
  tg::RowGrad g;
  for (tg::Index row = static_cast<tg::Index>(t % 3); row < static_cast<tg::Index>(V); row += 3) {
    g.rows.push_back(row);
  }
  g.values = random_array({g.rows.size(), D}, t);
  return tg::Gradient(std::move(g));
}

tg::Parameter made() {
  return tg::Parameter(random_array({V, D}, 99));
}

}  // namespace

TEST_CASE("each group does what an optimizer of its own would do, whatever its row policy") {
  const tg::AdamWOptions first{.lr = 0.05, .weight_decay = 0.1};
  const tg::AdamWOptions second{.lr = 0.01, .beta1 = 0.5, .amsgrad = true};
  const tg::AdamWOptions third{.lr = 0.02, .row_policy = RowPolicy::lazy};
  const std::vector<tg::Parameter> together = {made(), made(), made()};
  const std::vector<tg::Parameter> alone = {made(), made(), made()};
  tg::AdamW all({{"a", together[0]}}, first);
  all.add_param_group({{"b", together[1]}}, second);
  all.add_param_group({{"c", together[2]}}, third);
  tg::AdamW a({{"a", alone[0]}}, first), b({{"b", alone[1]}}, second), c({{"c", alone[2]}}, third);
  CHECK(all.groups() == 3);
  CHECK(all.parameters().size() == 3);
  for (std::uint64_t t = 1; t <= 20; ++t) {
    tg::Gradients gradients, apart;
    for (std::size_t i = 0; i < 3; ++i) {
      gradients.add(together[i], rows_of_step(t + i));
      apart.add(alone[i], rows_of_step(t + i));
    }
    all.step(gradients);
    for (tg::AdamW* one : {&a, &b, &c}) one->step(apart);
    if (t == 10) {
      all.settle();
      a.settle();
      b.settle();
    }
  }
  for (std::size_t i = 0; i < 3; ++i) {
    INFO("group " << i);
    CHECK(same_bits(together[i].value(), alone[i].value()));
    CHECK_FALSE(same_bits(together[i].leaf()->stored, made().value()));
  }
  CHECK_FALSE(same_bits(together[0].leaf()->stored, together[0].value()));  // rows lag
  CHECK(same_bits(together[2].leaf()->stored, together[2].value()));
}

TEST_CASE("a new learning rate is that of all groups, or of one") {
  const tg::Parameter x(tg::zeros({1})), y(tg::zeros({1}));
  tg::SGD sgd({{"x", x}}, {.lr = 1});
  sgd.add_param_group({{"y", y}}, {.lr = 2});
  const auto step = [&] {
    tg::Gradients gradients;
    gradients.add(x, tg::Gradient(tg::full({1}, 1)));
    gradients.add(y, tg::Gradient(tg::full({1}, 1)));
    sgd.step(gradients);
  };
  step();
  CHECK(x.value()(0) == -1);
  CHECK(y.value()(0) == -2);
  sgd.set_lr(4, 1);
  step();
  CHECK(x.value()(0) == -2);
  CHECK(y.value()(0) == -6);
  sgd.set_lr(8);
  step();
  CHECK(x.value()(0) == -10);
  CHECK(y.value()(0) == -14);
  CHECK_THROWS_WITH(sgd.set_lr(-1, 0), "SGD: lr is -1, must be finite and 0 or more");
}

TEST_CASE("a group of a model's part") {
  tg::Rng rng(1);
  const tg::Linear first(2, 3, rng), second(3, 2, rng);
  tg::Adam adam(first, {.lr = 0.1});
  adam.add_param_group(second, {.lr = 0.01});
  CHECK(adam.parameters().size() == 4);
  CHECK(adam.lr(1) == 0.01);
}

TEST_CASE("a parameter in two groups is refused, and so is a group that is none") {
  const tg::Parameter x(tg::zeros({1})), y(tg::zeros({1}));
  tg::SGD sgd({{"x", x}}, {.lr = 1});
  CHECK_THROWS_WITH(sgd.add_param_group({{"y", y}, {"again", x}}, {.lr = 2}),
                    "SGD: parameter 'again' is in group 0 already");
  CHECK_THROWS_WITH(sgd.add_param_group(std::vector<tg::NamedParameter>{}, {}),
                    "SGD: the list of parameters is empty, at least one is wanted");
  CHECK_THROWS_AS(sgd.add_param_group({{"z", tg::Parameter()}}, {}), std::invalid_argument);
  CHECK_THROWS_WITH(sgd.add_param_group({{"y", y}}, {.lr = -1}),
                    "SGD: lr is -1, must be finite and 0 or more");
  CHECK_THROWS_AS(sgd.add_param_group({{"y", y}}, {.momentum = -1}), std::invalid_argument);
  CHECK(sgd.groups() == 1);
  CHECK(sgd.parameters().size() == 1);
  CHECK_NOTHROW(sgd.add_param_group({{"y", y}}, {}));
}

TEST_CASE("each parameter's state is that of its group") {
  const tg::Parameter x(tg::zeros({1})), y(tg::zeros({1}));
  tg::RMSprop rmsprop({{"x", x}}, {.momentum = 0.9});
  rmsprop.add_param_group({{"y", y}}, {.centered = true});
  CHECK(rmsprop.state_names(x) == std::vector<std::string>{"square_avg", "momentum_buffer"});
  CHECK(rmsprop.state_names(y) == std::vector<std::string>{"square_avg", "grad_avg"});
  CHECK(rmsprop.state_names() == rmsprop.state_names(x));
  CHECK_THROWS_WITH(rmsprop.set_state(y, {.steps = 1, .arrays = {tg::zeros({1})}}),
                    "RMSprop: the state of y has 1 arrays after 1 steps, 2 are wanted");
}

TEST_CASE("AdamW's learning rate and decay are checked for each group before anything is changed") {
  const tg::Parameter x = made(), y = made();
  tg::AdamW adamw({{"x", x}}, {.lr = 0.1});
  adamw.add_param_group({{"y", y}}, {.lr = 2, .weight_decay = 0.5});
  tg::Gradients gradients;
  gradients.add(x, rows_of_step(1));
  CHECK_THROWS_WITH(adamw.step(gradients),
                    "AdamW: lr 2 times weight_decay 0.5 is 1, RowPolicy::exact wants less than 1");
  CHECK(same_bits(x.value(), made().value()));
  CHECK(adamw.steps() == 0);
}

TEST_CASE("frozen rows keep their bits in clipped training with two groups") {
  for (const OptimizerRow& row : optimizer_table()) {
    for (const RowPolicy policy : {RowPolicy::exact, RowPolicy::lazy, RowPolicy::dense}) {
      INFO(row.what);
      tg::Parameter x = made(), y = made();
      const auto optimizer = row.make({{"x", x}}, policy);
      row.add(*optimizer, {{"y", y}}, policy);
      x.set_frozen_rows({0, 7});
      for (std::uint64_t t = 1; t <= 9; ++t) {
        tg::Gradients gradients;
        gradients.add(x, rows_of_step(t));
        gradients.add(y, rows_of_step(t));
        if (t == 5) y.set_frozen_rows({1, 8});
        tg::clip_grad_norm(optimizer->parameters(), gradients, 0.5);
        tg::clip_grad_value(optimizer->parameters(), gradients, 0.1);
        const tg::Array before = y.value();
        optimizer->step(gradients);
        const auto kept = [](const tg::Array& a, const tg::Array& b, std::size_t i) {
          return std::memcmp(a.data() + i * D, b.data() + i * D, D * sizeof(tg::Real)) == 0;
        };
        CHECK(kept(x.value(), made().value(), 0));
        CHECK(kept(x.value(), made().value(), 7));
        CHECK((t < 5 || kept(y.value(), before, 1)));
        CHECK((t < 5 || kept(y.value(), before, 8)));
      }
      CHECK_FALSE(same_bits(y.value(), made().value()));
    }
  }
}
