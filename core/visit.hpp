// What can be done with every layer and model: a layer names its parameters and child layers in one
// static function, const or not,
//
//   static void visit(auto& self, auto&& v) { v("embed", self.embed); v("out", self.out); }
//
// and the free functions here go through it. Names are joined by dots, as in PyTorch: "out.weight".
#pragma once

#include <concepts>
#include <string>
#include <tapegrad/core/parameter.hpp>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

template <class T>
concept IsParameter = std::same_as<std::remove_const_t<T>, Parameter>;

struct NamedParameter {
  std::string name;
  Parameter parameter;
};

/// Calls f(name, parameter) for every defined parameter of a model, in its order; a tied parameter
/// comes once for each of its names. Parameters can be replaced if the model is not const.
template <class Model, class F>
void for_each_parameter(Model& model, F&& f, const std::string& prefix = "") {
  std::remove_const_t<Model>::visit(model, [&](const std::string& name, auto& child) {
    using Child = std::remove_reference_t<decltype(child)>;
    const std::string path = prefix + name;
    if constexpr (IsParameter<Child>) {
      if (child.defined()) f(path, child);
    } else if constexpr (requires { child.begin(); }) {
      std::size_t i = 0;
      for (auto& element : child) {
        for_each_parameter(element, f, path + "." + std::to_string(i++) + ".");
      }
    } else {
      for_each_parameter(child, f, path + ".");
    }
  });
}

/// A model's parameters, tied ones once, under their first name.
template <class Model>
std::vector<NamedParameter> parameters(const Model& model) {
  std::vector<NamedParameter> all;
  for_each_parameter(model, [&](const std::string& name, const Parameter& p) {
    for (const NamedParameter& known : all) {
      if (known.parameter.id() == p.id()) return;
    }
    all.push_back({name, p});
  });
  return all;
}

/// Freezes a parameter, or all parameters of a model: no gradient, no step of any optimizer.
inline void freeze(Parameter p) {
  p.set_frozen(true);
}
template <class Model>
requires(!IsParameter<Model>) void freeze(const Model& model) {
  for (const NamedParameter& named : parameters(model)) freeze(named.parameter);
}

/// The opposite of freeze. Frozen rows stay frozen.
inline void unfreeze(Parameter p) {
  p.set_frozen(false);
}
template <class Model>
requires(!IsParameter<Model>) void unfreeze(const Model& model) {
  for (const NamedParameter& named : parameters(model)) unfreeze(named.parameter);
}

/// Freezes these rows too, or frees them. Throws IndexError when one is out of range.
void freeze_rows(Parameter p, const std::vector<Index>& rows);
void unfreeze_rows(Parameter p, const std::vector<Index>& rows);

/// The rows at which a mask is true, increasing. Throws ShapeError when it is not [V] for a
/// parameter of V rows.
std::vector<Index> masked_rows(const Parameter& p, const Mask& mask);
/// The same for the rows at which a mask [V] is true. (Templates, so that {0, 3} are rows.)
template <std::same_as<Mask> M>
void freeze_rows(const Parameter& p, const M& mask) {
  freeze_rows(p, masked_rows(p, mask));
}
template <std::same_as<Mask> M>
void unfreeze_rows(const Parameter& p, const M& mask) {
  unfreeze_rows(p, masked_rows(p, mask));
}

/// How many numbers training can change, and how many it cannot.
struct ValueCount {
  std::size_t trainable = 0;
  std::size_t frozen = 0;
};
ValueCount count_values(const std::vector<NamedParameter>& parameters);
template <class Model>
ValueCount count_values(const Model& model) {
  return count_values(parameters(model));
}

/// A parameter of its own with the same value and freezing.
Parameter clone(const Parameter& p);
/// A deep copy of a model; parameters that were tied to each other stay tied.
template <class Model>
requires(!IsParameter<Model>) Model clone(const Model& model) {
  Model copy = model;
  std::unordered_map<std::uint64_t, Parameter> copies;
  for_each_parameter(copy, [&](const std::string&, Parameter& p) {
    const auto [place, is_new] = copies.try_emplace(p.id());
    if (is_new) place->second = clone(p);
    p = place->second;
  });
  return copy;
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
