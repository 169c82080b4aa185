// An optimizer that goes on from what was saved in the middle of a training.
#include <catch2/catch.hpp>
#include <memory>
#include <same.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/tape.hpp>
#include <temporary.hpp>

#include "optimizers.hpp"

namespace tg = tapegrad;
using tg::RowPolicy;

namespace {

constexpr std::size_t V = 40, D = 3;
constexpr std::uint64_t steps = 60;

// One parameter in training.
struct Training {
  tg::Parameter p;
  std::unique_ptr<tg::Optimizer> optimizer;

  Training(const OptimizerRow& row, RowPolicy policy) : p(start()) {
    tg::freeze_rows(p, {0, 5});
    optimizer = row.make({{"p", p}}, policy);
  }

  static tg::Array start() {
    tg::Rng rng(3);
    tg::Array values(tg::Shape{V, D});
    for (tg::Real& x : values) x = static_cast<tg::Real>(rng.uniform(-1, 1));
    return values;
  }

  // Three rows get a gradient through a lookup; now and then all do, or rows are looked at, or all
  // are settled.
  void step(std::uint64_t t) {
    tg::Rng rng = tg::Rng(11).split(t);
    tg::IndexArray ids(tg::Shape{3});
    for (tg::Index& id : ids) id = static_cast<tg::Index>(rng.below(V - 4));
    optimizer->set_lr_factor(1 / (1 + 0.01 * static_cast<double>(t)));
    tg::Tape tape;
    const tg::Tensor rows = tg::embedding(p, ids);
    optimizer->step(tape.backward(t % 23 == 22 ? tg::sum(p * p) : tg::sum(rows * rows)));
    if (t % 31 == 30) optimizer->settle();
  }

  void go_on_from(const Training& other) {
    const tg::StoredState state = other.optimizer->stored_state(other.p);
    std::optional<tg::LaggingSteps> lagging;
    if (state.lagging != nullptr) lagging = *state.lagging;
    optimizer->restore(p, other.p.leaf()->stored, state.state, std::move(lagging));
    optimizer->restore_steps(other.optimizer->steps());
  }
};

void check_same(const Training& a, const Training& b) {
  CHECK(same_bits(a.p.leaf()->stored, b.p.leaf()->stored));
  CHECK(same_bits(a.p.value(), b.p.value()));
  const tg::OptimizerState x = a.optimizer->state(a.p), y = b.optimizer->state(b.p);
  CHECK(x.steps == y.steps);
  REQUIRE(x.arrays.size() == y.arrays.size());
  for (std::size_t i = 0; i < x.arrays.size(); ++i) CHECK(same_bits(x.arrays[i], y.arrays[i]));
  CHECK(a.optimizer->steps() == b.optimizer->steps());
}

Training adam(RowPolicy policy = RowPolicy::exact) {
  return {optimizer_row<tg::Adam>("Adam", tg::AdamOptions{.lr = 0.05}), policy};
}

}  // namespace

TEST_CASE("an optimizer goes on from its stored state with the same bits, wherever it was saved") {
  for (const OptimizerRow& row : optimizer_table()) {
    for (const RowPolicy policy : {RowPolicy::exact, RowPolicy::lazy, RowPolicy::dense}) {
      INFO(row.what << ", " << tg::to_string(policy));
      Training whole(row, policy);
      std::vector<Training> resumed;
      for (std::uint64_t t = 0; t < steps; ++t) {
        if (t % 7 == 0 || t == 23) {
          resumed.emplace_back(row, policy).go_on_from(whole);
          check_same(resumed.back(), whole);
        }
        whole.step(t);
        for (Training& training : resumed) training.step(t);
      }
      for (const Training& training : resumed) check_same(training, whole);
    }
  }
}

TEST_CASE("reading the stored state settles nothing") {
  Training looked_at = adam(), left_alone = adam();
  for (std::uint64_t t = 0; t < 20; ++t) {
    looked_at.step(t);
    left_alone.step(t);
    const tg::StoredState state = looked_at.optimizer->stored_state(looked_at.p);
    REQUIRE(state.lagging != nullptr);
    CHECK(state.lagging->rates.size() == t + 1);
    CHECK(state.state.steps == t + 1);
  }
  check_same(looked_at, left_alone);
  CHECK_FALSE(same_bits(looked_at.p.leaf()->stored, looked_at.p.value()));
}

TEST_CASE("a stored state that cannot be is refused, and nothing is changed") {
  Training from = adam(), to = adam();
  for (std::uint64_t t = 0; t < 5; ++t) from.step(t);
  const tg::Array& stored = from.p.leaf()->stored;
  const tg::StoredState good = from.optimizer->stored_state(from.p);
  const auto refused = [&](const std::function<void(tg::OptimizerState&, tg::LaggingSteps&)>& f) {
    tg::OptimizerState state = good.state;
    tg::LaggingSteps lagging = *good.lagging;
    f(state, lagging);
    const std::string text = error_of<std::invalid_argument>(
        [&] { to.optimizer->restore(to.p, stored, state, lagging); });
    CHECK(same_bits(to.p.leaf()->stored, Training::start()));
    CHECK(to.optimizer->stored_state(to.p).state.steps == 0);
    return text;
  };
  CHECK(refused([](auto&, auto& lagging) { lagging.settled[7] = 6; }) ==
        "Adam: lagging rows of p: a row is settled up to step 6 of 5");
  CHECK(refused([](auto&, auto& lagging) { lagging.settled.pop_back(); }) ==
        "Adam: lagging rows of p: 39 rows, the parameter has 40");
  CHECK(refused([](auto&, auto& lagging) { lagging.rates.push_back(0.1); }) ==
        "Adam: lagging rows of p: 6 learning rates after 5 steps");
  CHECK(refused([](auto&, auto& lagging) { lagging.rates[2] = -1; }) ==
        "Adam: lagging rows of p: a learning rate is -1");
  CHECK(refused([](auto& state, auto&) { state.arrays.pop_back(); }) ==
        "Adam: the state of p has 1 arrays after 5 steps, 2 are wanted");
  CHECK(refused([](auto& state, auto&) {
          state.arrays[1] = tg::zeros({2, 2});
        }) == "Adam: exp_avg_sq of p has shape [2, 2], the parameter has [40, 3]");
  CHECK(error_of<tg::ShapeError>([&] {
          to.optimizer->restore(to.p, tg::zeros({2}), good.state, *good.lagging);
        }) == "Parameter::assign: value has shape [2], the parameter has [40, 3]");
  Training lazy = adam(RowPolicy::lazy);
  CHECK(error_of<std::invalid_argument>([&] {
          lazy.optimizer->restore(lazy.p, stored, good.state, *good.lagging);
        }) == "Adam: lagging rows of p: its rows never lag");
}
