#include <tapegrad/optim/optimizer.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/optim/arguments.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Optimizer::Optimizer(std::string name, std::vector<NamedParameter> parameters, double lr,
                     std::vector<std::string> state_names)
    : name_(std::move(name)), state_names_(std::move(state_names)) {
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
  states_.resize(parameters_.size());
}

void Optimizer::set_lr(double lr) {
  check_not_negative(name_.c_str(), "lr", lr);
  lr_ = lr;
}

void Optimizer::step(const Gradients& gradients) {
  const ProfileSpan span(name_.c_str(), Phase::optimizer);
  for (const NamedParameter& named : parameters_) {
    const Parameter& p = named.parameter;
    if (skips(p, gradients)) continue;
    const auto who = [&] { return fmt::format("{}: the gradient of {}", name_, named.name); };
    check_gradient(who, gradients[p], p.shape());
  }
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    Parameter& p = parameters_[i].parameter;
    OptimizerState& state = states_[i];
    if (skips(p, gradients)) continue;
    ++state.steps;
    if (state.arrays.empty()) state.arrays.assign(state_names_.size(), zeros(p.shape()));
    update(p, gradients[p], state);
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

const OptimizerState& Optimizer::state(const Parameter& p) const {
  return states_[place_of(p)];
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
  states_[place] = std::move(state);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
