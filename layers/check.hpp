// The layer check: what must hold for every layer, tested in one call. Needs the double build: link
// tapegrad::check instead of tapegrad::tapegrad.
#pragma once

#ifdef TAPEGRAD_DOUBLE

#include <functional>
#include <string>
#include <tapegrad/core/rng.hpp>
#include <tapegrad/core/tensor.hpp>
#include <tapegrad/core/visit.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// How to make and call a layer.
template <class Layer>
struct LayerSample {
  std::function<Layer(Rng&)> make;
  /// The layer on these inputs; deterministic, so dropout gets a context of its own in each call.
  std::function<Tensor(const Layer&, const std::vector<Tensor>& inputs)> call;
  /// The values of the inputs that want a gradient; none for a layer of ids.
  std::vector<Array> inputs = {};
  /// The names of all parameters, in order, a tied one under each of its names.
  std::vector<std::string> names = {};
  /// Whether `make` draws random numbers.
  bool random = true;
};

namespace layer_check {

using Call = std::function<Tensor(const std::vector<Tensor>& inputs)>;

/// Each of these returns "" when all is well, else what is wrong.
std::string gradients(const Call& call, const std::vector<NamedParameter>& all,
                      const std::vector<Array>& inputs);
std::string freezing(const Call& call, const std::vector<NamedParameter>& all,
                     const std::vector<Array>& inputs);
std::string names(const std::vector<NamedParameter>& all, const std::vector<std::string>& wanted);
std::string copy(const std::vector<NamedParameter>& all, const std::vector<NamedParameter>& copied);
std::string cloned(const std::vector<NamedParameter>& all,
                   const std::vector<NamedParameter>& clones);
std::string seeds(const std::vector<NamedParameter>& one, const std::vector<NamedParameter>& same,
                  const std::vector<NamedParameter>& other, bool random);
std::string loaded(const std::vector<NamedParameter>& from, const std::vector<NamedParameter>& to,
                   const std::function<Array()>& from_result,
                   const std::function<Array()>& to_result);
bool same_bits(const Array& a, const Array& b);

/// All names with their parameters: tied ones come again.
template <class Layer>
std::vector<NamedParameter> all_names(const Layer& layer) {
  std::vector<NamedParameter> all;
  for_each_parameter(layer, [&](const std::string& name, const Parameter& p) {
    all.push_back({name, p});
  });
  return all;
}

}  // namespace layer_check

/// Checks that the names are the wanted ones; that a copy shares the parameters and a clone has its
/// own of the same values, freezing and ties, and computes the same; that the same seed makes the
/// same layer; that a layer of another seed that gets all values by name, as loading does it,
/// computes the same; that gradients of all parameters and inputs are those of differences, and two
/// calls give the same; that a frozen parameter gets no gradient while the others do. Returns ""
/// when all is well, else what is wrong.
template <class Layer>
std::string check_layer(const LayerSample<Layer>& sample) {
  using layer_check::all_names;
  const auto made = [&](std::uint64_t seed) {
    Rng rng(seed);
    return sample.make(rng);
  };
  const auto run = [&](const Layer& layer) {
    return sample.call(layer, {sample.inputs.begin(), sample.inputs.end()}).value();
  };
  const Layer layer = made(1);
  const Layer copy = layer;
  const Layer cloned = clone(layer);
  const auto all = all_names(layer);
  const auto call = [&](const std::vector<Tensor>& inputs) { return sample.call(layer, inputs); };

  std::string wrong = layer_check::names(all, sample.names);
  if (wrong.empty()) wrong = layer_check::copy(all, all_names(copy));
  if (wrong.empty() && !layer_check::same_bits(run(layer), run(layer))) {
    wrong = "two calls with the same inputs compute different things";
  }
  if (wrong.empty() && !layer_check::same_bits(run(layer), run(cloned))) {
    wrong = "a clone computes something else";
  }
  if (wrong.empty()) wrong = layer_check::cloned(all, all_names(cloned));
  if (wrong.empty()) {
    wrong = layer_check::seeds(all, all_names(made(1)), all_names(made(2)), sample.random);
  }
  const Layer other = made(3);
  if (wrong.empty()) {
    wrong = layer_check::loaded(
        all, all_names(other), [&] { return run(layer); }, [&] { return run(other); });
  }
  unfreeze(layer);
  if (wrong.empty()) wrong = layer_check::gradients(call, all, sample.inputs);
  if (wrong.empty()) wrong = layer_check::freezing(call, all, sample.inputs);
  return wrong;
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad

#endif
