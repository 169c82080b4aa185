#include <tapegrad/optim/optimizer.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/optim/arguments.hpp>
#include <tapegrad/optim/exact_rows.hpp>
#include <unordered_set>

namespace tapegrad {

std::string to_string(RowPolicy policy) {
  if (policy == RowPolicy::exact) return "exact";
  return policy == RowPolicy::lazy ? "lazy" : "dense";
}

inline namespace TAPEGRAD_PRECISION {

std::unique_ptr<Drift> UpdateRule::make_drift() const {
  return nullptr;
}

Optimizer::~Optimizer() = default;

void Optimizer::add_group(std::vector<NamedParameter> parameters, double lr,
                          std::unique_ptr<const UpdateRule> rule) {
  const char* name = rule->name();
  check_not_negative(name, "lr", lr);
  std::unordered_set<std::uint64_t> ids;
  std::vector<NamedParameter> added;
  for (NamedParameter& named : parameters) {
    if (!named.parameter.defined()) {
      throw std::invalid_argument(fmt::format("{}: parameter '{}' is undefined", name, named.name));
    }
    if (const auto found = places_.find(named.parameter.id()); found != places_.end()) {
      throw std::invalid_argument(fmt::format("{}: parameter '{}' is in group {} already", name,
                                              named.name, slots_[found->second].group));
    }
    if (ids.insert(named.parameter.id()).second) added.push_back(std::move(named));
  }
  if (added.empty()) {
    throw std::invalid_argument(
        fmt::format("{}: the list of parameters is empty, at least one is wanted", name));
  }
  for (NamedParameter& named : added) {
    places_[named.parameter.id()] = parameters_.size();
    parameters_.push_back(std::move(named));
    slots_.push_back(Slot{groups_.size()});
  }
  groups_.push_back({lr, std::move(rule)});
}

void Optimizer::set_lr(double lr) {
  check_not_negative(name(), "lr", lr);
  for (Group& group : groups_) group.lr = lr;
}

void Optimizer::set_lr(double lr, std::size_t group) {
  check_not_negative(name(), "lr", lr);
  groups_.at(group).lr = lr;
}

void Optimizer::set_lr_factor(double factor) {
  check_not_negative(name(), "the factor of lr", factor);
  lr_factor_ = factor;
}

void Optimizer::step(const Gradients& gradients) {
  const ProfileSpan span(name(), Phase::optimizer);
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    groups_[group].rule->check_lr(lr(group));
  }
  for (const NamedParameter& named : parameters_) {
    const Parameter& p = named.parameter;
    if (skips(p, gradients)) continue;
    const auto who = [&] { return fmt::format("{}: the gradient of {}", name(), named.name); };
    check_gradient(who, gradients[p], p.shape());
  }
  ++steps_;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    Parameter& p = parameters_[i].parameter;
    if (!skips(p, gradients)) step_parameter(p, gradients[p], slots_[i]);
  }
}

void Optimizer::step_parameter(Parameter& p, const Gradient& gradient, Slot& slot) {
  const UpdateRule& rule = rule_of(slot);
  OptimizerState& state = *slot.state;
  if (state.arrays.empty()) state.arrays.assign(rule.state_names().size(), zeros(p.shape()));
  if (rule.row_policy() == RowPolicy::exact && gradient.is_rows() && !slot.exact) {
    if (std::unique_ptr<Drift> drift = rule.make_drift()) {
      const std::uint32_t settled = state.steps == 0 ? LaggingSteps::never : 0;
      LaggingSteps lagging{{}, std::vector<std::uint32_t>(rows_of(p.shape()), settled)};
      slot.exact = std::make_shared<ExactRows>(slot.state, std::move(drift), std::move(lagging));
    }
  }
  Leaf& leaf = *p.leaf();
  if (leaf.lagging != slot.exact) {  // another optimizer was here before
    leaf.settle();
    leaf.lagging = slot.exact;
  }
  if (slot.exact) {
    slot.exact->prepare(leaf, gradient);
    p.mutate_stored();  // rows move on even if none is touched
  }
  ++state.steps;
  rule.update(p, gradient, state, lr(slot.group));
  if (slot.exact) slot.exact->advance(gradient, lr(slot.group));
}

void Optimizer::settle() {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    Leaf& leaf = *parameters_[i].parameter.leaf();
    if (slots_[i].exact && leaf.lagging == slots_[i].exact) leaf.settle();
  }
}

bool Optimizer::skips(const Parameter& p, const Gradients& gradients) const {
  return p.frozen() || gradients[p].is_none();
}

std::size_t Optimizer::place_of(const Parameter& p) const {
  const auto found = p.defined() ? places_.find(p.id()) : places_.end();
  if (found == places_.end()) {
    throw std::invalid_argument(
        fmt::format("{}: the parameter is not one of this optimizer", name()));
  }
  return found->second;
}

const std::vector<std::string>& Optimizer::state_names(const Parameter& p) const {
  return rule_of(slots_[place_of(p)]).state_names();
}

OptimizerState Optimizer::state(const Parameter& p) const {
  const Slot& slot = slots_[place_of(p)];
  return slot.exact ? slot.exact->settled_state(*p.leaf()) : *slot.state;
}

void Optimizer::check_state(std::size_t place, const OptimizerState& state) const {
  const auto& [parameter, p] = parameters_[place];
  const std::vector<std::string>& names = rule_of(slots_[place]).state_names();
  const std::size_t wanted = state.steps == 0 ? 0 : names.size();
  if (state.arrays.size() != wanted) {
    throw std::invalid_argument(
        fmt::format("{}: the state of {} has {} arrays after {} steps, {} are wanted", name(),
                    parameter, state.arrays.size(), state.steps, wanted));
  }
  for (std::size_t i = 0; i < state.arrays.size(); ++i) {
    if (state.arrays[i].shape() == p.shape()) continue;
    throw ShapeError(fmt::format("{}: {} of {} has shape {}, the parameter has {}", name(),
                                 names[i], parameter, to_string(state.arrays[i].shape()),
                                 to_string(p.shape())));
  }
}

void Optimizer::check_lagging(std::size_t place, std::uint64_t steps,
                              const LaggingSteps& lagging) const {
  const auto& [parameter, p] = parameters_[place];
  const auto refuse = [&, who = parameter](const std::string& what) {
    throw std::invalid_argument(fmt::format("{}: lagging rows of {}: {}", name(), who, what));
  };
  const std::size_t since = lagging.rates.size();
  if (since > steps || since >= LaggingSteps::never) {
    refuse(fmt::format("{} learning rates after {} steps", since, steps));
  }
  if (steps == 0) refuse("there were no steps yet");
  for (const double rate : lagging.rates) {
    if (!(rate >= 0) || std::isinf(rate)) refuse(fmt::format("a learning rate is {}", rate));
    rule_of(slots_[place]).check_lr(rate);
  }
  if (lagging.settled.size() != rows_of(p.shape())) {
    refuse(
        fmt::format("{} rows, the parameter has {}", lagging.settled.size(), rows_of(p.shape())));
  }
  for (const std::uint32_t step : lagging.settled) {
    if (step <= since || step == LaggingSteps::never) continue;
    refuse(fmt::format("a row is settled up to step {} of {}", step, since));
  }
}

void Optimizer::set_state(const Parameter& p, OptimizerState state) {
  const std::size_t place = place_of(p);
  check_state(place, state);
  p.leaf()->settle();
  slots_[place].state = std::make_shared<OptimizerState>(std::move(state));
  slots_[place].exact = nullptr;
}

StoredState Optimizer::stored_state(const Parameter& p) const {
  const Slot& slot = slots_[place_of(p)];
  return {*slot.state, slot.exact ? &slot.exact->steps() : nullptr};
}

void Optimizer::restore(const Parameter& p, Array stored, OptimizerState state,
                        std::optional<LaggingSteps> lagging) {
  const std::size_t place = place_of(p);
  Slot& slot = slots_[place];
  check_state(place, state);
  std::unique_ptr<Drift> drift;
  if (lagging) {
    check_lagging(place, state.steps, *lagging);
    if (rule_of(slot).row_policy() == RowPolicy::exact) drift = rule_of(slot).make_drift();
    if (!drift) {
      throw std::invalid_argument(fmt::format("{}: lagging rows of {}: its rows never lag", name(),
                                              parameters_[place].name));
    }
  }
  Parameter(p).assign(std::move(stored));
  set_state(p, std::move(state));
  if (!lagging) return;
  slot.exact = std::make_shared<ExactRows>(slot.state, std::move(drift), std::move(*lagging));
  p.leaf()->lagging = slot.exact;
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
