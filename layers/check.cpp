#include <tapegrad/layers/check.hpp>

#ifdef TAPEGRAD_DOUBLE

#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <tapegrad/core/gradcheck.hpp>
#include <tapegrad/core/ops.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace layer_check {
namespace {

// The place of each parameter's first name: equal for equal ties.
std::vector<std::size_t> ties(const std::vector<NamedParameter>& all) {
  std::vector<std::size_t> first;
  for (const auto& one : all) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const NamedParameter& other) {
      return other.parameter.id() == one.parameter.id();
    });
    first.push_back(static_cast<std::size_t>(found - all.begin()));
  }
  return first;
}

bool same_values(const std::vector<NamedParameter>& a, const std::vector<NamedParameter>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.name == y.name && same_bits(x.parameter.value(), y.parameter.value());
  });
}

std::vector<Tensor> trainable(const std::vector<Array>& inputs) {
  std::vector<Tensor> tensors;
  for (const Array& input : inputs) tensors.emplace_back(Parameter(input));
  return tensors;
}

}  // namespace

bool same_bits(const Array& a, const Array& b) {
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), a.size() * sizeof(Real)) == 0;
}

std::string names(const std::vector<NamedParameter>& all, const std::vector<std::string>& wanted) {
  std::vector<std::string> got;
  for (const auto& named : all) got.push_back(named.name);
  if (got == wanted) return "";
  return fmt::format("the parameters are [{}], wanted are [{}]", fmt::join(got, ", "),
                     fmt::join(wanted, ", "));
}

std::string copy(const std::vector<NamedParameter>& all,
                 const std::vector<NamedParameter>& copied) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].parameter.id() != copied.at(i).parameter.id()) {
      return fmt::format("a copy does not share {}", all[i].name);
    }
  }
  return "";
}

std::string cloned(const std::vector<NamedParameter>& all,
                   const std::vector<NamedParameter>& clones) {
  if (!same_values(all, clones)) return "a clone has other parameters or values";
  if (ties(all) != ties(clones)) return "a clone has other ties";
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Parameter& p = all[i].parameter;
    const Parameter& q = clones[i].parameter;
    if (p.id() == q.id()) return fmt::format("a clone shares {}", all[i].name);
    if (p.frozen() != q.frozen() || p.frozen_rows() != q.frozen_rows()) {
      return fmt::format("in a clone the freezing of {} differs", all[i].name);
    }
  }
  for (const auto& named : clones) Parameter(named.parameter).mutate().fill(Real(7));
  const bool shared = std::any_of(all.begin(), all.end(), [](const NamedParameter& named) {
    const Array& x = named.parameter.value();
    return x.size() > 0 && std::count(x.data(), x.data() + x.size(), Real(7)) ==
                               static_cast<std::ptrdiff_t>(x.size());
  });
  return shared ? "writing to a clone changes the original" : "";
}

std::string seeds(const std::vector<NamedParameter>& one, const std::vector<NamedParameter>& same,
                  const std::vector<NamedParameter>& other, bool random) {
  if (!same_values(one, same)) return "the same seed gives another layer";
  if (random && !one.empty() && same_values(one, other)) return "another seed gives the same layer";
  return "";
}

std::string gradients(const Call& call, const std::vector<NamedParameter>& all,
                      const std::vector<Array>& inputs) {
  std::vector<NamedParameter> once;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (ties(all)[i] == i) once.push_back(all[i]);
  }
  if (once.empty() && inputs.empty()) return "";
  return gradcheck(call, inputs, once);
}

std::string loaded(const std::vector<NamedParameter>& from, const std::vector<NamedParameter>& to,
                   const std::function<Array()>& from_result,
                   const std::function<Array()>& to_result) {
  std::map<std::string, Array> saved;
  for (const NamedParameter& named : from) saved[named.name] = named.parameter.value();
  for (const NamedParameter& named : to) {
    const auto found = saved.find(named.name);
    if (found == saved.end()) return fmt::format("{} is not among the saved values", named.name);
    Parameter(named.parameter).assign(found->second);
  }
  if (same_bits(from_result(), to_result())) return "";
  return "another layer that loaded the values of all names computes something else: visit leaves "
         "something out";
}

std::string freezing(const Call& call, const std::vector<NamedParameter>& all,
                     const std::vector<Array>& inputs) {
  const std::vector<Tensor> tensors = trainable(inputs);
  for (const NamedParameter& chosen : all) {
    freeze(chosen.parameter);
    Tape tape;
    const Tensor loss = sum(call(tensors));
    const Gradients got = loss.tape() == 0 ? Gradients() : tape.backward(loss);
    for (const NamedParameter& named : all) {
      const bool frozen = named.parameter.id() == chosen.parameter.id();
      if (got.contains(named.parameter) != frozen) continue;
      unfreeze(chosen.parameter);
      return fmt::format("with {} frozen, {} gets {} gradient", chosen.name, named.name,
                         frozen ? "a" : "no");
    }
    unfreeze(chosen.parameter);
  }
  return "";
}

}  // namespace layer_check
}  // namespace tapegrad::inline TAPEGRAD_PRECISION

#endif
