// Learning-rate schedules against numbers of PyTorch 1.13.1, from reference.py beside this file.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <tapegrad/core/log.hpp>
#include <tapegrad/optim/lr_scheduler.hpp>
#include <tapegrad/optim/sgd.hpp>
#include <vector>
#include <warnings.hpp>

namespace tg = tapegrad;

namespace {

struct Case {
  std::string what;
  tg::Schedule schedule;
  std::vector<double> rates;
};

const double third = 1.0 / 3;

std::vector<Case> cases() {
  return {
      {"StepLR", tg::StepLR{.step_size = 3, .gamma = 0.5}, {1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25}},
      {"MultiStepLR",
       tg::MultiStepLR{.milestones = {6, 2, 3, 3}, .gamma = 0.5},
       {1, 1, 0.5, 0.125, 0.125, 0.125, 0.0625, 0.0625}},
      {"ExponentialLR",
       tg::ExponentialLR{.gamma = 0.9},
       {1, 0.9, 0.81, 0.729, 0.6561, 0.59049, 0.531441, 0.4782969}},
      {"CosineAnnealingLR",
       tg::CosineAnnealingLR{.T_max = 4, .eta_min = 0.1},
       {1, 0.868198051534, 0.55, 0.231801948466, 0.1, 0.231801948466, 0.55, 0.868198051534, 1,
        0.868198051534}},
      {"CosineAnnealingWarmRestarts",
       tg::CosineAnnealingWarmRestarts{.T_0 = 3},
       {1, 0.75, 0.25, 1, 0.75, 0.25, 1, 0.75}},
      {"CosineAnnealingWarmRestarts, T_mult",
       tg::CosineAnnealingWarmRestarts{.T_0 = 2, .T_mult = 2, .eta_min = 0.1},
       {1, 0.55, 1, 0.868198051534, 0.55, 0.231801948466, 1, 0.965745789630, 0.868198051534,
        0.722207544564, 0.55, 0.377792455436, 0.231801948466, 0.134254210370, 1}},
      {"LinearLR",
       tg::LinearLR{},
       {third, 0.466666666667, 0.6, 0.733333333333, 0.866666666667, 1, 1, 1}},
      {"LinearLR, falling",
       tg::LinearLR{.start_factor = 0.8, .end_factor = 0.2, .total_iters = 3},
       {0.8, 0.6, 0.4, 0.2, 0.2, 0.2}},
      {"ConstantLR", tg::ConstantLR{}, {third, third, third, third, third, 1, 1, 1}},
      {"PolynomialLR", tg::PolynomialLR{}, {1, 0.8, 0.6, 0.4, 0.2, 0, 0, 0}},
      {"PolynomialLR, power 2",
       tg::PolynomialLR{.total_iters = 4, .power = 2},
       {1, 0.5625, 0.25, 0.0625, 0, 0}},
      {"OneCycleLR",
       tg::OneCycleLR{.total_steps = 10},
       {0.04, 0.52, 1, 0.950484632013, 0.811745653950, 0.611262021936, 0.388741978064,
        0.188258346050, 0.049519367987, 0.000004}},
      {"OneCycleLR, linear",
       tg::OneCycleLR{.total_steps = 10,
                      .pct_start = 0.45,
                      .anneal_strategy = tg::Anneal::linear,
                      .div_factor = 5,
                      .final_div_factor = 100},
       {0.2, 0.428571428571, 0.657142857143, 0.885714285714, 0.909272727273, 0.727818181818,
        0.546363636364, 0.364909090909, 0.183454545455, 0.002}},
      {"OneCycleLR, three phases",
       tg::OneCycleLR{.total_steps = 10, .three_phase = true},
       {0.04, 0.52, 1, 0.52, 0.04, 0.036180721854, 0.026181721854, 0.013822278146, 0.003823278146,
        0.000004}},
      {"SequentialLR",
       tg::SequentialLR{.schedules = {tg::ConstantLR{.factor = 0.1, .total_iters = 5},
                                      tg::ExponentialLR{.gamma = 0.9}},
                        .milestones = {3}},
       {0.1, 0.1, 0.1, 1, 0.9, 0.81, 0.729, 0.6561}},
      {"linear warm-up and decay",
       tg::LinearWarmupDecay{.warmup_steps = 3, .total_steps = 8},
       {0, third, 0.666666666667, 1, 0.8, 0.6, 0.4, 0.2, 0, 0}},
      {"Attention is all you need",
       tg::InverseSquareRootWarmup{.warmup_steps = 4},
       {0.25, 0.5, 0.75, 1, 0.894427191000, 0.816496580928, 0.755928946018, 0.707106781187,
        0.666666666667}},
      {"any function",
       [](tg::Index epoch) { return 1.0 / static_cast<double>(1 + epoch); },
       {1, 0.5, third, 0.25}}};
}

std::vector<tg::NamedParameter> one(const std::string& name = "x") {
  return {{name, tg::Parameter(tg::zeros({1}))}};
}

// The learning rate after each of these metrics.
std::vector<double> plateau(const std::vector<double>& metrics,
                            const tg::ReduceLROnPlateauOptions& options = {}) {
  tg::SGD sgd(one(), {.lr = 1});
  tg::ReduceLROnPlateau scheduler(sgd, options);
  std::vector<double> rates;
  for (const double metric : metrics) {
    scheduler.step(metric);
    rates.push_back(sgd.lr());
  }
  return rates;
}

void check_equal(const std::vector<double>& got, const std::vector<double>& wanted) {
  REQUIRE(got.size() == wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    INFO("step " << i);
    CHECK(got[i] == Approx(wanted[i]).margin(1e-12).epsilon(0));
  }
}

}  // namespace

TEST_CASE("every schedule, applied in PyTorch's order of calls, gives PyTorch's learning rates") {
  for (const Case& c : cases()) {
    INFO(c.what);
    tg::SGD sgd(one(), {.lr = 1});
    tg::LRScheduler scheduler(sgd, c.schedule);
    std::vector<double> rates;
    for (std::size_t i = 0; i < c.rates.size(); ++i) {
      rates.push_back(sgd.lr());
      sgd.step({});
      scheduler.step();
    }
    check_equal(rates, c.rates);
    CHECK(scheduler.epoch() == static_cast<tg::Index>(c.rates.size()));
  }
}

TEST_CASE("a schedule multiplies the learning rate of each group, later ones too") {
  tg::SGD sgd(one(), {.lr = 1});
  sgd.add_param_group(one(), {.lr = 0.1});
  tg::LRScheduler scheduler(sgd, tg::ExponentialLR{.gamma = 0.5});
  sgd.step({});
  scheduler.step();
  scheduler.step();
  sgd.add_param_group(one(), {.lr = 4});
  CHECK(sgd.lr() == 0.25);
  CHECK(sgd.lr(1) == Approx(0.025));
  CHECK(sgd.lr(2) == 1);
  sgd.set_lr(8, 1);
  CHECK(sgd.lr(1) == 2);
  CHECK(sgd.base_lr(1) == 8);
  CHECK_THROWS_AS(sgd.lr(3), std::out_of_range);
  CHECK_THROWS_AS(sgd.set_lr(1, 3), std::out_of_range);
}

TEST_CASE("a training that goes on takes its schedule up where it was") {
  tg::SGD sgd(one(), {.lr = 1});
  tg::LRScheduler scheduler(sgd, tg::PolynomialLR{.total_iters = 10}, 4);
  CHECK(sgd.lr() == Approx(0.6));
  sgd.step({});
  scheduler.step();
  CHECK(sgd.lr() == Approx(0.5));
}

TEST_CASE("a scheduler that is ahead of its optimizer warns, once") {
  const Warnings warnings;
  tg::SGD sgd(one(), {.lr = 1});
  tg::LRScheduler late(sgd, tg::StepLR{.step_size = 1});
  sgd.step({});
  late.step();
  CHECK(warnings.all.empty());
  tg::LRScheduler early(sgd, tg::StepLR{.step_size = 1});
  early.step();
  early.step();
  CHECK(warnings.all ==
        std::vector<std::string>{
            "LRScheduler::step was called before the first Optimizer::step, so that "
            "the first learning rate of the schedule is never used"});
}

TEST_CASE("one cycle has an end whatever its settings, and stays there") {
  for (const double pct_start : {0.0, 0.1, 0.3, 0.5, 1.0}) {
    for (const tg::Index total_steps : {1, 2, 3, 10}) {
      for (const bool three_phase : {false, true}) {
        if (three_phase && pct_start > 0.5) continue;
        INFO(pct_start << " of " << total_steps << ", three phases: " << three_phase);
        const tg::OneCycleLR cycle{
            .total_steps = total_steps, .pct_start = pct_start, .three_phase = three_phase};
        for (tg::Index step = 0; step < total_steps; ++step) {
          CHECK(cycle(step) >= 4e-6);
          CHECK(cycle(step) <= 1);
        }
        for (tg::Index step = total_steps; step < total_steps + 3; ++step) {
          CHECK(cycle(step) == Approx(4e-6));
        }
      }
    }
  }
}

TEST_CASE("a schedule refuses settings that make no sense when it is applied") {
  tg::SGD sgd(one(), {.lr = 1});
  const auto applied = [&](const tg::Schedule& schedule, tg::Index epoch = 0) {
    return tg::LRScheduler(sgd, schedule, epoch);
  };
  CHECK_THROWS_WITH(applied(tg::StepLR{.step_size = 0}),
                    "StepLR: step_size is 0, must be 1 or more");
  CHECK_THROWS_WITH(applied(tg::StepLR{.step_size = 1, .gamma = -1}),
                    "StepLR: gamma is -1, must be finite and 0 or more");
  CHECK_THROWS_AS(applied(tg::MultiStepLR{.milestones = {1}, .gamma = -1}), std::invalid_argument);
  CHECK_THROWS_AS(applied(tg::ExponentialLR{.gamma = std::nan("")}), std::invalid_argument);
  CHECK_THROWS_AS(applied(tg::CosineAnnealingLR{.T_max = 0}), std::invalid_argument);
  CHECK_THROWS_WITH(applied(tg::CosineAnnealingWarmRestarts{.T_0 = 1, .T_mult = 0}),
                    "CosineAnnealingWarmRestarts: T_mult is 0, must be 1 or more");
  CHECK_THROWS_AS(applied(tg::CosineAnnealingWarmRestarts{.T_0 = 0}), std::invalid_argument);
  CHECK_THROWS_AS(applied(tg::LinearLR{.start_factor = -1}), std::invalid_argument);
  CHECK_THROWS_AS(applied(tg::LinearLR{.total_iters = 0}), std::invalid_argument);
  CHECK_THROWS_AS(applied(tg::ConstantLR{.factor = -1}), std::invalid_argument);
  CHECK_THROWS_AS(applied(tg::PolynomialLR{.total_iters = 0}), std::invalid_argument);
  CHECK_THROWS_AS(applied(tg::OneCycleLR{.total_steps = 0}), std::invalid_argument);
  CHECK_THROWS_WITH(applied(tg::OneCycleLR{.total_steps = 9, .pct_start = 1.5}),
                    "OneCycleLR: pct_start is 1.5, must be in [0, 1]");
  CHECK_THROWS_AS(applied(tg::OneCycleLR{.total_steps = 9, .pct_start = 0.6, .three_phase = true}),
                  std::invalid_argument);
  CHECK_THROWS_WITH(applied(tg::OneCycleLR{.total_steps = 9, .div_factor = 0}),
                    "OneCycleLR: div_factor is 0, must be finite and above 0");
  CHECK_THROWS_WITH(applied(tg::SequentialLR{.schedules = {tg::ConstantLR{}}, .milestones = {3}}),
                    "SequentialLR: there are 1 schedules and 1 milestones, one milestone fewer "
                    "than schedules is wanted");
  CHECK_THROWS_AS(
      applied(tg::SequentialLR{{tg::ConstantLR{}, tg::ConstantLR{}, tg::ConstantLR{}}, {3, 2}}),
      std::invalid_argument);
  CHECK_THROWS_WITH(applied(tg::LinearWarmupDecay{.warmup_steps = 5, .total_steps = 4}),
                    "LinearWarmupDecay: total_steps is 4, must be 5 or more");
  CHECK_THROWS_AS(applied(tg::InverseSquareRootWarmup{.warmup_steps = 0}), std::invalid_argument);
  CHECK_THROWS_WITH(applied(tg::StepLR{.step_size = 1}, -1),
                    "LRScheduler: epoch is -1, must be 0 or more");
  CHECK_THROWS_WITH(applied([](tg::Index) { return -1.0; }),
                    "SGD: the factor of lr is -1, must be finite and 0 or more");
  CHECK(sgd.lr() == 1);
}

TEST_CASE("on a plateau the learning rate falls as PyTorch's does") {
  using tg::PlateauMode;
  using tg::ThresholdMode;
  std::vector<double> wanted(25, 0.1);
  std::fill_n(wanted.begin(), 11, 1);
  std::fill_n(wanted.begin() + 22, 3, 0.01);
  check_equal(plateau(std::vector<double>(25, 1.0)), wanted);
  const double nan_value = std::numeric_limits<double>::quiet_NaN();
  check_equal(plateau({1, 0.95, 0.94, 0.8, 0.79, 0.78, 0.77, 0.1, nan_value, 0.09, 1},
                      {.patience = 1, .threshold = 0.1}),
              {1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01});
  check_equal(plateau({1, 1.05, 1.2, 1.2, 1.25, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2},
                      {.mode = PlateauMode::max,
                       .factor = 0.5,
                       .patience = 1,
                       .threshold = 0.1,
                       .threshold_mode = ThresholdMode::abs,
                       .cooldown = 2,
                       .min_lr = 0.2}),
              {1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25});
  check_equal(
      plateau(
          {2, 2.1, 2.3, 2.3, 2.3, 2.3, 2.3},
          {.mode = PlateauMode::max, .factor = 0.5, .patience = 0, .threshold = 0.1, .eps = 0.2}),
      {1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25});
}

TEST_CASE("a plateau lowers each group, and leaves a schedule at work") {
  tg::SGD sgd(one(), {.lr = 1});
  sgd.add_param_group(one(), {.lr = 0.2});
  tg::LRScheduler schedule(sgd, tg::ConstantLR{.factor = 0.5, .total_iters = 1});
  tg::ReduceLROnPlateau scheduler(sgd, {.patience = 0, .min_lr = 0.05});
  scheduler.step(1);
  CHECK(scheduler.best() == 1);
  scheduler.step(1);
  CHECK(scheduler.bad_epochs() == 0);
  CHECK(sgd.lr() == Approx(0.05));
  CHECK(sgd.lr(1) == Approx(0.025));
  sgd.step({});
  schedule.step();
  CHECK(sgd.lr() == Approx(0.1));
  CHECK(sgd.lr(1) == Approx(0.05));
}

TEST_CASE("a plateau refuses settings that make no sense") {
  tg::SGD sgd(one(), {.lr = 1});
  CHECK_THROWS_WITH(tg::ReduceLROnPlateau(sgd, {.factor = 1}),
                    "ReduceLROnPlateau: factor is 1, must be in [0, 1)");
  CHECK_THROWS_WITH(tg::ReduceLROnPlateau(sgd, {.patience = -1}),
                    "ReduceLROnPlateau: patience is -1, must be 0 or more");
  CHECK_THROWS_AS(tg::ReduceLROnPlateau(sgd, {.threshold = -1}), std::invalid_argument);
  CHECK_THROWS_AS(tg::ReduceLROnPlateau(sgd, {.cooldown = -1}), std::invalid_argument);
  CHECK_THROWS_AS(tg::ReduceLROnPlateau(sgd, {.min_lr = -1}), std::invalid_argument);
  CHECK_THROWS_AS(tg::ReduceLROnPlateau(sgd, {.eps = -1}), std::invalid_argument);
}
