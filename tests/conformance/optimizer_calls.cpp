// Optimizers: where 50 steps lead.
#include <fmt/core.h>

#include <algorithm>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/optim/sgd.hpp>

#include "case.hpp"

namespace conformance {
namespace {

constexpr std::size_t steps = 50;
constexpr std::size_t shown[] = {1, 2, 3, 5, 10, 20, 35, 50};

bool contains(const std::vector<double>& list, std::size_t t) {
  return std::find(list.begin(), list.end(), static_cast<double>(t)) != list.end();
}

// The gradient of step t: of all rows, or of those in `rows`.
tg::Gradient gradient(const Case& c, const tg::Shape& shape,
                      const std::vector<std::vector<double>>& rows, std::size_t t) {
  if (rows.empty()) return tg::Gradient(c.more_numbers(shape, t));
  tg::RowGrad grad;
  for (const double row : rows.at(t - 1)) grad.rows.push_back(static_cast<tg::Index>(row));
  tg::Shape some = shape;
  some[0] = grad.rows.size();
  grad.values = c.more_numbers(some, t);
  return tg::Gradient(std::move(grad));
}

// Values are looked at without settling the rows that lag.
Outcome follow(Case& c, const tg::Parameter& p, tg::Optimizer& optimizer) {
  const std::vector<std::vector<double>> rows = c.lists("rows");
  const std::vector<double> absent = c.list("absent");
  const double new_lr = c.real("lr_from_20", optimizer.lr());
  Outcome outcome;
  for (std::size_t t = 1; t <= steps; ++t) {
    if (t == 20) optimizer.set_lr(new_lr);
    tg::Gradients gradients;
    if (!contains(absent, t)) gradients.add(p, gradient(c, p.shape(), rows, t));
    optimizer.step(gradients);
    if (std::count(std::begin(shown), std::end(shown), t) == 0) continue;
    outcome.results[fmt::format("x after {}", t)] = numbers(p.value());
  }
  optimizer.settle();
  outcome.results[fmt::format("x after {}", steps)] = numbers(p.value());
  return outcome;
}

tg::RowPolicy row_policy(Case& c) {
  const std::string name = c.text("row_policy", "exact");
  if (name == "lazy") return tg::RowPolicy::lazy;
  return name == "dense" ? tg::RowPolicy::dense : tg::RowPolicy::exact;
}

// An optimizer whose options `read` takes from the case.
template <class Optimizer, class Options>
Run optimizer(void (*read)(Case&, Options&)) {
  return [read](Case& c) {
    const tg::Parameter p(c.array("x"));
    if (const auto row = c.optional_index("frozen_row")) tg::freeze_rows(p, {*row});
    Options options;
    options.row_policy = row_policy(c);
    read(c, options);
    Optimizer made({{"x", p}}, options);
    return follow(c, p, made);
  };
}

void read_sgd(Case& c, tg::SGDOptions& options) {
  options.lr = c.real("lr", options.lr);
  options.momentum = c.real("momentum", options.momentum);
  options.dampening = c.real("dampening", options.dampening);
  options.nesterov = c.flag("nesterov", options.nesterov);
  options.weight_decay = c.real("weight_decay", options.weight_decay);
}

template <class Options>
void read_adam(Case& c, Options& options) {
  options.lr = c.real("lr", options.lr);
  options.beta1 = c.real("beta1", options.beta1);
  options.beta2 = c.real("beta2", options.beta2);
  options.eps = c.real("eps", options.eps);
  options.weight_decay = c.real("weight_decay", options.weight_decay);
}

}  // namespace

Calls optimizer_calls() {
  return {
      {"SGD", optimizer<tg::SGD, tg::SGDOptions>(read_sgd)},
      {"Adam", optimizer<tg::Adam, tg::AdamOptions>(read_adam)},
      {"AdamW", optimizer<tg::AdamW, tg::AdamWOptions>(read_adam)},
  };
}

}  // namespace conformance
