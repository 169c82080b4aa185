#include <tapegrad/optim/optimizer.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/optim/arguments.hpp>
#include <tapegrad/optim/exact_rows.hpp>

namespace tapegrad {

std::string to_string(RowPolicy policy) {
  if (policy == RowPolicy::exact) return "exact";
  return policy == RowPolicy::lazy ? "lazy" : "dense";
}

inline namespace TAPEGRAD_PRECISION {

Optimizer::Optimizer(std::string name, std::vector<NamedParameter> parameters, double lr,
                     RowPolicy row_policy, std::vector<std::string> state_names)
    : name_(std::move(name)), row_policy_(row_policy), state_names_(std::move(state_names)) {
  set_lr(lr);
  for (NamedParameter& named : parameters) {
    if (!named.parameter.defined()) {
      throw std::invalid_argument(
          fmt::format("{}: parameter '{}' is undefined", name_, named.name));
    }
    const bool is_new = places_.try_emplace(named.parameter.id(), parameters_.size()).second;
    if (is_new) parameters_.push_back(std::move(named));
  }
  if (parameters_.empty()) {
    throw std::invalid_argument(
        fmt::format("{}: the list of parameters is empty, at least one is wanted", name_));
  }
  slots_.resize(parameters_.size());
}

Optimizer::~Optimizer() = default;

std::unique_ptr<Drift> Optimizer::make_drift() const {
  return nullptr;
}

void Optimizer::set_lr(double lr) {
  check_not_negative(name_.c_str(), "lr", lr);
  lr_ = lr;
}

void Optimizer::step(const Gradients& gradients) {
  const ProfileSpan span(name_.c_str(), Phase::optimizer);
  check_options();
  for (const NamedParameter& named : parameters_) {
    const Parameter& p = named.parameter;
    if (skips(p, gradients)) continue;
    const auto who = [&] { return fmt::format("{}: the gradient of {}", name_, named.name); };
    check_gradient(who, gradients[p], p.shape());
  }
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    Parameter& p = parameters_[i].parameter;
    if (!skips(p, gradients)) step_parameter(p, gradients[p], slots_[i]);
  }
}

void Optimizer::step_parameter(Parameter& p, const Gradient& gradient, Slot& slot) {
  OptimizerState& state = *slot.state;
  if (state.arrays.empty()) state.arrays.assign(state_names_.size(), zeros(p.shape()));
  if (row_policy_ == RowPolicy::exact && gradient.is_rows() && !slot.exact) {
    if (std::unique_ptr<Drift> drift = make_drift()) {
      slot.exact = std::make_shared<ExactRows>(slot.state, std::move(drift), state.steps == 0);
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
  update(p, gradient, state);
  if (slot.exact) slot.exact->advance(gradient, lr_);
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
        fmt::format("{}: the parameter is not one of this optimizer", name_));
  }
  return found->second;
}

OptimizerState Optimizer::state(const Parameter& p) const {
  const Slot& slot = slots_[place_of(p)];
  return slot.exact ? slot.exact->settled_state(*p.leaf()) : *slot.state;
}

void Optimizer::set_state(const Parameter& p, OptimizerState state) {
  const std::size_t place = place_of(p);
  const std::string& name = parameters_[place].name;
  const std::size_t wanted = state.steps == 0 ? 0 : state_names_.size();
  if (state.arrays.size() != wanted) {
    throw std::invalid_argument(
        fmt::format("{}: the state of {} has {} arrays after {} steps, {} are wanted", name_, name,
                    state.arrays.size(), state.steps, wanted));
  }
  for (std::size_t i = 0; i < state.arrays.size(); ++i) {
    if (state.arrays[i].shape() == p.shape()) continue;
    throw ShapeError(fmt::format("{}: {} of {} has shape {}, the parameter has {}", name_,
                                 state_names_[i], name, to_string(state.arrays[i].shape()),
                                 to_string(p.shape())));
  }
  p.leaf()->settle();
  slots_[place] = {std::make_shared<OptimizerState>(std::move(state))};
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
