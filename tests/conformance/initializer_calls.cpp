// Initializers, and what layers begin with: the bounds, mean and deviation of many numbers.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tapegrad/layers/embedding.hpp>
#include <tapegrad/layers/embedding_bag.hpp>
#include <tapegrad/layers/init.hpp>
#include <tapegrad/layers/linear.hpp>

#include "case.hpp"

namespace conformance {
namespace {

namespace init = tg::init;

// What is compared of the numbers of a distribution, as `distribution` in cases/initializers.py
// has it: "bounds" [lowest, highest], "moments" [mean, std], or the one "value".
Numbers measure(const std::string& what, const tg::Array& x) {
  const auto [lowest, highest] = std::minmax_element(x.begin(), x.end());
  if (what == "bounds") return number_list({*lowest, *highest});
  if (what == "value") return number_list({*lowest == *highest ? *lowest : NAN});
  const double n = static_cast<double>(x.size());
  const double mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
  const double squares = std::inner_product(x.begin(), x.end(), x.begin(), 0.0);
  return number_list({mean, std::sqrt(squares / n - mean * mean)});
}

// An initializer, called with fill(parameter, rng, case) on a parameter of the case's shape.
template <class Fill>
Run initializer(const std::string& what, Fill fill) {
  return [what, fill](Case& c) {
    const tg::Parameter p(tg::full(c.shape("shape"), 7));
    tg::Rng rng(1);
    fill(p, rng, c);
    return Outcome{.results = {{what, measure(what, p.value())}}};
  };
}

tg::Nonlinearity nonlinearity(const std::string& name) {
  if (name == "linear") return tg::Nonlinearity::linear;
  if (name == "sigmoid") return tg::Nonlinearity::sigmoid;
  if (name == "tanh") return tg::Nonlinearity::tanh;
  if (name == "relu") return tg::Nonlinearity::relu;
  if (name == "leaky_relu") return tg::Nonlinearity::leaky_relu;
  if (name == "selu") return tg::Nonlinearity::selu;
  throw CaseError(fmt::format("unknown nonlinearity '{}'", name));
}

tg::KaimingOptions kaiming_options(Case& c) {
  tg::KaimingOptions options;
  options.a = c.real("a", options.a);
  if (c.text("mode", "fan_in") == "fan_out") options.mode = tg::FanMode::fan_out;
  if (c.has("nonlinearity")) options.nonlinearity = nonlinearity(c.text("nonlinearity", ""));
  return options;
}

Outcome calculate_gain(Case& c) {
  const tg::Nonlinearity which = nonlinearity(c.text("nonlinearity", ""));
  const double gain = c.has("a") ? init::gain(which, c.real("a", 0)) : init::gain(which);
  return {.results = {{"gain", number(gain)}}};
}

Outcome fans(Case& c) {
  const init::Fans fans = init::fans(c.shape("shape"));
  return {.results = {{"fans", number_list({fans.in, fans.out})}}};
}

// Parameter names stand with what is measured of them: "weight bounds".
template <class Layer>
Outcome measured(const Layer& made, const std::string& what) {
  Outcome outcome;
  tg::for_each_parameter(made, [&](const std::string& name, const tg::Parameter& p) {
    outcome.results[name + " " + what] = measure(what, p.value());
  });
  return outcome;
}

Outcome beginning(Case& c) {
  tg::Rng rng(1);
  const std::string name = c.text("layer", "");
  if (name == "Linear") {
    const tg::LinearOptions options{.bias = c.flag("bias", true)};
    return measured(tg::Linear(c.size("in_features"), c.size("out_features"), rng, options),
                    "bounds");
  }
  const std::size_t rows = c.size("num_embeddings");
  const std::size_t width = c.size("embedding_dim");
  if (name == "Embedding") return measured(tg::Embedding(rows, width, rng), "moments");
  if (name == "EmbeddingBag") return measured(tg::EmbeddingBag(rows, width, rng), "moments");
  throw CaseError(fmt::format("unknown layer '{}'", name));
}

}  // namespace

Calls initializer_calls() {
  return {
      {"init::uniform", initializer("bounds",
                                    [](tg::Parameter p, tg::Rng& rng, Case& c) {
                                      init::uniform(p, rng, c.real("low", 0), c.real("high", 1));
                                    })},
      {"init::normal", initializer("moments",
                                   [](tg::Parameter p, tg::Rng& rng, Case& c) {
                                     init::normal(p, rng, c.real("mean", 0), c.real("std", 1));
                                   })},
      {"init::constant",
       initializer("value", [](tg::Parameter p, tg::Rng&,
                               Case& c) { init::constant(p, c.real("value", 0)); })},
      {"init::zeros",
       initializer("value", [](tg::Parameter p, tg::Rng&, Case&) { init::zeros(p); })},
      {"init::xavier_uniform",
       initializer("bounds", [](tg::Parameter p, tg::Rng& rng,
                                Case& c) { init::xavier_uniform(p, rng, c.real("gain", 1)); })},
      {"init::kaiming_uniform",
       initializer("bounds", [](tg::Parameter p, tg::Rng& rng,
                                Case& c) { init::kaiming_uniform(p, rng, kaiming_options(c)); })},
      {"init::calculate_gain", calculate_gain},
      {"init::fans", fans},
      {"beginning", beginning},
  };
}

}  // namespace conformance
