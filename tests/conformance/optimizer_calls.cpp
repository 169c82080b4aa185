// Optimizers: where 50 steps lead.
#include <fmt/core.h>

#include <algorithm>
#include <tapegrad/optim/adagrad.hpp>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/optim/rmsprop.hpp>
#include <tapegrad/optim/sgd.hpp>

#include "case.hpp"

namespace conformance {
namespace {

constexpr std::size_t steps = 50;
constexpr std::size_t shown[] = {1, 2, 5, 20, 35, 50};

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
  options.amsgrad = c.flag("amsgrad", options.amsgrad);
}

void read_adagrad(Case& c, tg::AdagradOptions& options) {
  options.lr = c.real("lr", options.lr);
  options.lr_decay = c.real("lr_decay", options.lr_decay);
  options.weight_decay = c.real("weight_decay", options.weight_decay);
  options.initial_accumulator_value =
      c.real("initial_accumulator_value", options.initial_accumulator_value);
  options.eps = c.real("eps", options.eps);
}

void read_rmsprop(Case& c, tg::RMSpropOptions& options) {
  options.lr = c.real("lr", options.lr);
  options.alpha = c.real("alpha", options.alpha);
  options.eps = c.real("eps", options.eps);
  options.weight_decay = c.real("weight_decay", options.weight_decay);
  options.momentum = c.real("momentum", options.momentum);
  options.centered = c.flag("centered", options.centered);
}

// Parameter a in a first group, b and c in a second, whose settings end in 2.
template <class Optimizer, class Options>
Outcome two_groups(Case& c, const Options& first, const Options& second) {
  std::vector<tg::NamedParameter> all;
  for (const char* name : {"a", "b", "c"}) all.push_back({name, tg::Parameter(c.array(name))});
  Optimizer optimizer({all[0]}, first);
  optimizer.add_param_group({all[1], all[2]}, second);
  for (std::size_t t = 1; t <= 20; ++t) {
    tg::Gradients gradients;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const tg::Parameter& p = all[i].parameter;
      gradients.add(p, tg::Gradient(c.more_numbers(p.shape(), 3 * t + i)));
    }
    optimizer.step(gradients);
  }
  Outcome outcome;
  for (const auto& [name, p] : all) outcome.results[name] = numbers(p.value());
  return outcome;
}

Outcome param_groups(Case& c) {
  if (c.text("optimizer", "") == "SGD") {
    return two_groups<tg::SGD, tg::SGDOptions>(
        c, {.lr = c.real("lr", 0)}, {.lr = c.real("lr2", 0), .momentum = c.real("momentum2", 0)});
  }
  return two_groups<tg::AdamW, tg::AdamWOptions>(
      c, {.lr = c.real("lr", 0), .weight_decay = c.real("weight_decay", 0)},
      {.lr = c.real("lr2", 0), .weight_decay = c.real("weight_decay2", 0)});
}

}  // namespace

Calls optimizer_calls() {
  return {
      {"SGD", optimizer<tg::SGD, tg::SGDOptions>(read_sgd)},
      {"Adam", optimizer<tg::Adam, tg::AdamOptions>(read_adam)},
      {"AdamW", optimizer<tg::AdamW, tg::AdamWOptions>(read_adam)},
      {"Adagrad", optimizer<tg::Adagrad, tg::AdagradOptions>(read_adagrad)},
      {"RMSprop", optimizer<tg::RMSprop, tg::RMSpropOptions>(read_rmsprop)},
      {"param_groups", param_groups},
  };
}

}  // namespace conformance
