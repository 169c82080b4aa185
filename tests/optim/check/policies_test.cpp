// The row policies against each other, over random optimizers, settings, tables and gradients.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <memory>
#include <same.hpp>
#include <string>
#include <tapegrad/core/rng.hpp>
#include <tapegrad/optim/adagrad.hpp>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/optim/rmsprop.hpp>
#include <tapegrad/optim/sgd.hpp>
#include <vector>

namespace tg = tapegrad;
using tg::RowPolicy;

namespace {

constexpr std::uint64_t draws = 300;

using Make = std::function<std::unique_ptr<tg::Optimizer>(const tg::Parameter&, RowPolicy)>;

template <class Optimizer, class Options>
Make maker(Options options) {
  return [options](const tg::Parameter& p, RowPolicy policy) mutable {
    options.row_policy = policy;
    return std::make_unique<Optimizer>(std::vector<tg::NamedParameter>{{"p", p}}, options);
  };
}

bool coin(tg::Rng& rng) {
  return rng.below(2) == 0;
}

// Zero in half of the draws.
double sometimes(tg::Rng& rng, double low, double high) {
  return coin(rng) ? 0 : rng.uniform(low, high);
}

template <class Options>
Options adam_options(tg::Rng& rng, double decay) {
  return {.lr = rng.uniform(1e-3, 0.1),
          .beta1 = sometimes(rng, 0.3, 0.95),
          .beta2 = rng.uniform(0.7, 0.999),
          .eps = std::pow(10.0, rng.uniform(-8, -1)),
          .weight_decay = decay,
          .amsgrad = coin(rng)};
}

Make random_optimizer(tg::Rng& rng) {
  const double decay = sometimes(rng, 0, 0.3);
  switch (rng.below(5)) {
    case 0: {
      const double momentum = sometimes(rng, 0.3, 0.95);
      const bool nesterov = momentum > 0 && coin(rng);
      return maker<tg::SGD>(tg::SGDOptions{.lr = rng.uniform(1e-3, 0.1),
                                           .momentum = momentum,
                                           .dampening = nesterov ? 0 : sometimes(rng, 0, 0.9),
                                           .nesterov = nesterov,
                                           .weight_decay = decay});
    }
    case 1:
      return maker<tg::Adam>(adam_options<tg::AdamOptions>(rng, decay));
    case 2:
      return maker<tg::AdamW>(adam_options<tg::AdamWOptions>(rng, decay));
    case 3:
      return maker<tg::Adagrad>(
          tg::AdagradOptions{.lr = rng.uniform(1e-3, 0.1),
                             .lr_decay = sometimes(rng, 0, 1),
                             .weight_decay = decay,
                             .initial_accumulator_value = sometimes(rng, 0, 1)});
    default:
      return maker<tg::RMSprop>(tg::RMSpropOptions{.lr = rng.uniform(1e-3, 0.1),
                                                   .alpha = rng.uniform(0.5, 0.99),
                                                   .eps = std::pow(10.0, rng.uniform(-3, -1)),
                                                   .weight_decay = decay,
                                                   .momentum = sometimes(rng, 0.3, 0.95),
                                                   .centered = coin(rng)});
  }
}

// One drawn training.
struct Draw {
  std::uint64_t seed;
  std::size_t rows, width;
  std::vector<tg::Index> frozen;
  std::size_t steps;
  double size;   // of the gradients
  double share;  // of the rows that get one in a step
  Make make;
};

std::vector<tg::Index> random_rows(tg::Rng& rng, std::size_t rows, double share) {
  std::vector<tg::Index> chosen;
  for (std::size_t row = 0; row < rows; ++row) {
    if (rng.uniform(0, 1) < share) chosen.push_back(static_cast<tg::Index>(row));
  }
  return chosen;
}

Draw drawn(std::uint64_t seed, bool all_rows) {
  tg::Rng rng(seed);
  Draw d{.seed = seed,
         .rows = 1 + rng.below(12),
         .width = 1 + rng.below(9),
         .frozen = {},
         .steps = 1 + rng.below(40),
         .size = std::pow(10.0, rng.uniform(-6, 1)),
         .share = all_rows ? 1.0 : rng.uniform(0.02, 0.7),
         .make = {}};
  if (coin(rng)) d.frozen = random_rows(rng, d.rows, 0.3);
  d.make = random_optimizer(rng);
  return d;
}

tg::Array random_array(tg::Rng& rng, const tg::Shape& shape, double size) {
  tg::Array a(shape);
  for (tg::Real& x : a) x = rng.uniform(-size, size);
  return a;
}

// The value after the steps, at learning rates that change. The optimizer gets rows, or the same
// gradients as dense arrays.
tg::Array trained(const Draw& d, RowPolicy policy, bool as_dense) {
  tg::Rng rng(d.seed + 1000000);
  tg::Parameter p(random_array(rng, {d.rows, d.width}, 1));
  p.set_frozen_rows(d.frozen);
  const auto optimizer = d.make(p, policy);
  for (std::size_t t = 0; t < d.steps; ++t) {
    tg::RowGrad rows{random_rows(rng, d.rows, d.share), {}};
    rows.values = random_array(rng, {rows.rows.size(), d.width}, d.size);
    const tg::Gradient gradient(rows);
    tg::Gradients gradients;
    gradients.add(p, as_dense ? tg::Gradient(gradient.to_dense(p.shape())) : gradient);
    optimizer->set_lr_factor(rng.uniform(0.5, 1));
    optimizer->step(gradients);
    if (rng.below(10) == 0) optimizer->settle();
  }
  return p.value();
}

}  // namespace

TEST_CASE(
    "when every step touches all rows, exact and lazy rows have the bits of dense gradients") {
  for (std::uint64_t seed = 1; seed <= draws; ++seed) {
    INFO("seed " << seed);
    const Draw d = drawn(seed, true);
    const tg::Array wanted = trained(d, RowPolicy::dense, true);
    CHECK(same_bits(trained(d, RowPolicy::lazy, false), wanted));
    CHECK(same_bits(trained(d, RowPolicy::exact, false), wanted));
    CHECK(same_bits(trained(d, RowPolicy::dense, false), wanted));
  }
}

TEST_CASE("when steps touch some rows, exact rows end where dense gradients have them") {
  for (std::uint64_t seed = 1; seed <= draws; ++seed) {
    INFO("seed " << seed);
    const Draw d = drawn(seed, false);
    const tg::Array wanted = trained(d, RowPolicy::dense, true);
    CHECK(same_bits(trained(d, RowPolicy::dense, false), wanted));
    const tg::Array exact = trained(d, RowPolicy::exact, false);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      CHECK(exact.data()[i] == Approx(wanted.data()[i]).margin(1e-6).epsilon(1e-6));
    }
  }
}
