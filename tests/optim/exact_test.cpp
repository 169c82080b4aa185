// RowPolicy::exact: dense results at sparse cost. The reference is the rule of each optimizer,
// written down here for all rows, in double.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <same.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/rng.hpp>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/optim/rmsprop.hpp>
#include <tapegrad/optim/sgd.hpp>

namespace tg = tapegrad;
using tg::RowPolicy;

namespace {

constexpr std::size_t V = 500, D = 8, steps = 1000;

// The gradient of step t: twelve draws of rows by Zipf's law, so that some come all the time and
// others once in hundreds of steps. The last tenth of the rows never gets one.
tg::RowGrad gradient(std::uint64_t t, double size) {
  tg::Rng rng(t);
  std::vector<tg::Index> rows;
  for (int i = 0; i < 12; ++i) {
    rows.push_back(static_cast<tg::Index>(std::pow(0.9 * V, rng.uniform(0, 1))) - 1);
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  tg::Array values(tg::Shape{rows.size(), D});
  for (tg::Real& x : values) x = static_cast<tg::Real>(size * rng.uniform(-1, 1));
  return {rows, values};
}

tg::Gradients gradients(const tg::Parameter& p, std::uint64_t t, double size) {
  tg::Gradients all;
  all.add(p, tg::Gradient(gradient(t, size)));
  return all;
}

tg::Array start() {
  tg::Rng rng(7);
  tg::Array a(tg::Shape{V, D});
  for (tg::Real& x : a) x = static_cast<tg::Real>(rng.uniform(-1, 1));
  return a;
}

// Warm-up, then slow decay.
double rate(double lr, std::uint64_t t) {
  const auto now = static_cast<double>(t);
  return lr * std::min(now / 50, 1.0) * (1 - 0.9 * now / steps);
}

// What an optimizer keeps for one number.
struct State {
  double m = 0, v = 0, most = 0;
};

// One setting of an optimizer: how it is made, and its rule for one number in double.
struct Case {
  std::string what;
  double size;  // of the gradients
  double lr;
  std::function<std::unique_ptr<tg::Optimizer>(const tg::Parameter&, RowPolicy)> make;
  std::function<void(double& x, State& s, double g, double lr, double t)> rule;
};

Case adam(const std::string& what, double size, double lr, double decay, double eps = 1e-8,
          bool amsgrad = false) {
  return {what, size, lr,
          [=](const tg::Parameter& p, RowPolicy policy) -> std::unique_ptr<tg::Optimizer> {
            return std::make_unique<tg::AdamW>(std::vector<tg::NamedParameter>{{"p", p}},
                                               tg::AdamWOptions{.lr = lr,
                                                                .eps = eps,
                                                                .weight_decay = decay,
                                                                .amsgrad = amsgrad,
                                                                .row_policy = policy});
          },
          [=](double& x, State& s, double g, double rate, double t) {
            s.m = 0.9 * s.m + 0.1 * g;
            s.v = 0.999 * s.v + 0.001 * g * g;
            s.most = std::max(s.most, s.v);
            const double square = (amsgrad ? s.most : s.v) / (1 - std::pow(0.999, t));
            x -= rate * decay * x + rate / (1 - std::pow(0.9, t)) * s.m / (std::sqrt(square) + eps);
          }};
}

Case sgd(const std::string& what, tg::SGDOptions options) {
  return {what, 1.0, options.lr,
          [=](const tg::Parameter& p, RowPolicy policy) mutable -> std::unique_ptr<tg::Optimizer> {
            options.row_policy = policy;
            return std::make_unique<tg::SGD>(std::vector<tg::NamedParameter>{{"p", p}}, options);
          },
          [=](double& x, State& s, double g, double rate, double t) {
            s.m = options.momentum * s.m + (t > 1 ? 1 - options.dampening : 1) * g;
            x -= rate * (options.nesterov ? g + options.momentum * s.m : s.m);
          }};
}

// `most` is the mean of the gradients here.
Case rmsprop(const std::string& what, tg::RMSpropOptions options) {
  return {
      what, 1.0, options.lr,
      [=](const tg::Parameter& p, RowPolicy policy) mutable -> std::unique_ptr<tg::Optimizer> {
        options.row_policy = policy;
        return std::make_unique<tg::RMSprop>(std::vector<tg::NamedParameter>{{"p", p}}, options);
      },
      [=](double& x, State& s, double g, double rate, double) {
        s.v = options.alpha * s.v + (1 - options.alpha) * g * g;
        s.most = options.alpha * s.most + (1 - options.alpha) * g;
        const double square = options.centered ? s.v - s.most * s.most : s.v;
        s.m = options.momentum * s.m + g / (std::sqrt(square) + options.eps);
        x -= rate * s.m;
      }};
}

std::vector<Case> cases() {
  return {adam("Adam", 1e-3, 3e-3, 0),
          adam("Adam, small gradients", 1e-6, 3e-3, 0),
          adam("Adam, gradients as small as eps", 1e-8, 3e-3, 0),
          adam("Adam, a large eps", 1e-3, 3e-3, 0, 0.1),
          adam("AdamW", 1e-3, 3e-3, 0.01),
          adam("AdamW, strong decay", 1e-3, 1e-2, 0.1),
          adam("AMSGrad", 1e-3, 3e-3, 0, 1e-8, true),
          adam("AMSGrad with decay and a large eps", 1e-3, 1e-2, 0.1, 0.01, true),
          rmsprop("RMSprop", {.lr = 1e-3, .alpha = 0.9}),
          rmsprop("RMSprop with momentum", {.lr = 1e-3, .momentum = 0.9}),
          rmsprop("RMSprop, centered",
                  {.lr = 1e-3, .alpha = 0.9, .eps = 0.01, .momentum = 0.8, .centered = true}),
          sgd("SGD with momentum", {.lr = 0.01, .momentum = 0.9}),
          sgd("SGD with dampening", {.lr = 0.01, .momentum = 0.5, .dampening = 0.3}),
          sgd("SGD with nesterov", {.lr = 0.01, .momentum = 0.95, .nesterov = true})};
}

std::vector<double> reference(const Case& c) {
  const tg::Array first = start();
  std::vector<double> x(first.begin(), first.end());
  std::vector<State> states(V * D);
  for (std::uint64_t t = 1; t <= steps; ++t) {
    const tg::Array g = tg::Gradient(gradient(t, c.size)).to_dense({V, D});
    for (std::size_t i = 0; i < V * D; ++i) {
      c.rule(x[i], states[i], static_cast<double>(g.data()[i]), rate(c.lr, t),
             static_cast<double>(t));
    }
  }
  return x;
}

// What somebody may do between two steps; must not change the training.
void look(const tg::Parameter& p, const tg::Optimizer& optimizer) {
  tg::embedding(p, {1, 4, 440, 499});
  tg::embedding_bag(p, {.ids = {{0, 2}, {3, 77}}});
  p.value();
  tg::clone(p);
  optimizer.state(p);
}

enum class Between { nothing, looks, settles };

tg::Array trained(const Case& c, RowPolicy policy, Between between = Between::nothing) {
  const tg::Parameter p(start());
  const auto optimizer = c.make(p, policy);
  for (std::uint64_t t = 1; t <= steps; ++t) {
    optimizer->set_lr(rate(c.lr, t));
    optimizer->step(gradients(p, t, c.size));
    if (between == Between::looks && t % 17 == 0) look(p, *optimizer);
    if (between == Between::settles && t % 130 == 0) optimizer->settle();
  }
  return p.value();
}

double largest_error(const tg::Array& x, const std::vector<double>& wanted) {
  double error = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    error = std::max(error, std::abs(static_cast<double>(x.data()[i]) - wanted[i]));
  }
  return error;
}

}  // namespace

TEST_CASE("exact rows are at most twice as far from dense double as dense float is") {
  for (const Case& c : cases()) {
    const std::vector<double> wanted = reference(c);
    const double dense = largest_error(trained(c, RowPolicy::dense), wanted);
    const double exact = largest_error(trained(c, RowPolicy::exact), wanted);
    const double settled = largest_error(trained(c, RowPolicy::exact, Between::settles), wanted);
    INFO(c.what << ": dense " << dense << ", exact " << exact << ", settled between " << settled);
    CHECK(exact <= 2 * dense);
    CHECK(settled <= 2 * dense);
    CHECK(largest_error(trained(c, RowPolicy::lazy), wanted) > 20 * dense);
  }
}

TEST_CASE("a row from 0 that got one gradient is moved to the last digits, whenever that was") {
  // From 0, what is stored is the movement alone, so that its own error shows.
  for (const std::uint64_t last : {1U, 2U, 5U, 20U, 40U, 46U, 60U, 100U, 600U}) {
    for (const std::uint64_t later : {1U, 2U, 3U, 10U, 50U, 200U, 1000U}) {
      INFO("gradient in step " << last << ", read " << later << " steps later");
      const tg::Parameter p(tg::zeros({2, 1}));
      tg::Adam optimizer({{"p", p}}, {.lr = 1e-3});
      double x = 0;
      State state;
      for (std::uint64_t t = 1; t <= last + later; ++t) {
        const double g = t == last ? 0.01 : 0;
        tg::Gradients gradients;
        gradients.add(p, tg::Gradient(tg::RowGrad{{t == last ? 1 : 0}, tg::full({1, 1}, 0.01F)}));
        optimizer.step(gradients);
        cases().front().rule(x, state, g, 1e-3, static_cast<double>(t));
      }
      CHECK(static_cast<double>(p.value()(1, 0)) == Approx(x).epsilon(5e-7));
    }
  }
}

TEST_CASE("looking at lagging rows changes no bit of the training") {
  for (const Case& c : cases()) {
    INFO(c.what);
    CHECK(same_bits(trained(c, RowPolicy::exact), trained(c, RowPolicy::exact, Between::looks)));
  }
}

TEST_CASE("only recorded lookups write, and only their rows; all reads agree to the bit") {
  for (const Case& c : cases()) {
    INFO(c.what);
    const tg::Parameter p(start());
    const auto optimizer = c.make(p, RowPolicy::exact);
    for (std::uint64_t t = 1; t <= 100; ++t) optimizer->step(gradients(p, t, c.size));
    const tg::Array stored = p.leaf()->stored;
    const tg::Array value = p.value();
    CHECK(same_bits(stored, value) == (c.what == "RMSprop"));  // of which the state lags alone
    const tg::IndexArray ids = {0, 7, 449, 7};
    const tg::Array read = tg::embedding(p, ids).value();
    CHECK(same_bits(p.leaf()->stored, stored));
    const std::uint64_t version = p.version();
    const tg::Tape tape;
    CHECK(same_bits(tg::embedding(p, ids).value(), read));
    CHECK(p.version() == version);
    CHECK(same_bits(p.value(), value));
    for (std::size_t i = 0; i < V; ++i) {
      const tg::Array& wanted = i == 0 || i == 7 || i == 449 ? value : stored;
      CHECK(std::memcmp(p.leaf()->stored.data() + i * D, wanted.data() + i * D,
                        D * sizeof(tg::Real)) == 0);
    }
  }
}

TEST_CASE("an optimizer may end before its model, and another one goes on from the true values") {
  for (const Case& c : cases()) {
    INFO(c.what);
    const tg::Parameter p(start());
    auto optimizer = c.make(p, RowPolicy::exact);
    for (std::uint64_t t = 1; t <= 50; ++t) optimizer->step(gradients(p, t, c.size));
    const tg::Array value = p.value();
    optimizer.reset();
    CHECK(same_bits(p.value(), value));
    tg::SGD other({{"p", p}}, {.lr = 0, .row_policy = RowPolicy::lazy});
    other.step(gradients(p, 1, 1));
    CHECK(same_bits(p.value(), value));
    CHECK(same_bits(p.leaf()->stored, value));
  }
}

TEST_CASE("time stands still for frozen rows, and goes on where it stood") {
  // A row frozen for 50 steps in the middle behaves as if those steps had not been, but for the
  // bias correction: momentum SGD has none.
  const Case c = sgd("SGD", {.lr = 0.01, .momentum = 0.9});
  const auto run = [&](RowPolicy policy) {
    tg::Parameter p(start());
    const auto optimizer = c.make(p, policy);
    for (std::uint64_t t = 1; t <= 150; ++t) {
      if (t == 51) tg::freeze_rows(p, {0, 1, 2});
      if (t == 101) tg::unfreeze_rows(p, {0, 1, 2});
      optimizer->step(gradients(p, t, c.size));
    }
    return p.value();
  };
  const tg::Array exact = run(RowPolicy::exact), dense = run(RowPolicy::dense);
  for (std::size_t i = 0; i < exact.size(); ++i) {
    CHECK(exact.data()[i] == Approx(dense.data()[i]).margin(2e-6));
  }
}

TEST_CASE("a parameter that is written to, or gets a dense gradient, has no row that lags") {
  for (const Case& c : cases()) {
    INFO(c.what);
    const auto run = [&](RowPolicy policy) {
      tg::Parameter p(start());
      const auto optimizer = c.make(p, policy);
      for (std::uint64_t t = 1; t <= 60; ++t) {
        tg::Gradients g;
        g.add(p, t % 20 == 0 ? tg::Gradient(tg::full({V, D}, tg::Real(c.size)))
                             : tg::Gradient(gradient(t, c.size)));
        optimizer->step(g);
        if (t % 25 == 0) {
          for (tg::Real& x : p.mutate()) x *= tg::Real(0.5);
        }
        if (t % 20 == 0) CHECK(same_bits(p.leaf()->stored, p.value()));
      }
      return p.value();
    };
    const tg::Array exact = run(RowPolicy::exact), dense = run(RowPolicy::dense);
    for (std::size_t i = 0; i < exact.size(); ++i) {
      CHECK(exact.data()[i] == Approx(dense.data()[i]).margin(2e-6));
    }
  }
}

TEST_CASE("with L2 decay, exact rows are dense rows") {
  const auto run = [](RowPolicy policy) {
    const tg::Parameter p(start());
    tg::Adam optimizer({{"p", p}}, {.weight_decay = 0.1, .row_policy = policy});
    for (std::uint64_t t = 1; t <= 20; ++t) optimizer.step(gradients(p, t, 1));
    return p.value();
  };
  CHECK(same_bits(run(RowPolicy::exact), run(RowPolicy::dense)));
}

TEST_CASE("a decay of all in one step is refused, and nothing is changed") {
  const tg::Parameter p(start());
  tg::AdamW optimizer({{"p", p}}, {.lr = 2, .weight_decay = 0.5});
  CHECK_THROWS_WITH(optimizer.step(gradients(p, 1, 1)),
                    "AdamW: lr 2 times weight_decay 0.5 is 1, RowPolicy::exact wants less than 1");
  CHECK(same_bits(p.value(), start()));
}

TEST_CASE("weights of a bag get their gradient from the true rows") {
  const Case c = cases().front();
  const auto run = [&](RowPolicy policy) {
    const tg::Parameter p(start()), weights(tg::full({2, 3}, 1));
    const auto optimizer = c.make(p, policy);
    for (std::uint64_t t = 1; t <= 100; ++t) optimizer->step(gradients(p, t, c.size));
    tg::Tape tape;
    const tg::Tensor y =
        tg::embedding_bag(p, {.ids = {{0, 9, 300}, {444, 2, 9}}}, {tg::BagMode::sum}, weights);
    return tape.backward(tg::sum(y * y)).dense(weights);
  };
  const tg::Array exact = run(RowPolicy::exact), dense = run(RowPolicy::dense);
  for (std::size_t i = 0; i < exact.size(); ++i) {
    CHECK(exact.data()[i] == Approx(dense.data()[i]).epsilon(1e-5));
  }
}
