// Initializers, and what layers begin with: the bounds, mean and deviation of many numbers.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tapegrad/layers/conv1d.hpp>
#include <tapegrad/layers/embedding.hpp>
#include <tapegrad/layers/embedding_bag.hpp>
#include <tapegrad/layers/init.hpp>
#include <tapegrad/layers/layer_norm.hpp>
#include <tapegrad/layers/linear.hpp>
#include <tapegrad/layers/multihead_attention.hpp>
#include <tapegrad/layers/transformer.hpp>

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

// An initializer of which more is compared: results(values) by name.
template <class Fill>
Run whole(Fill fill, Outcome (*results)(const tg::Array&)) {
  return [fill, results](Case& c) {
    const tg::Parameter p(tg::zeros(c.shape("shape")));
    tg::Rng rng(1);
    fill(p, rng, c);
    return results(p.value());
  };
}

Outcome values(const tg::Array& x) {
  return {.results = {{"values", numbers(x)}}};
}

// The products of the rows, or of the columns if these are fewer.
Outcome gram(const tg::Array& x) {
  const std::size_t rows = x.shape()[0];
  const std::size_t columns = x.size() / rows;
  const std::size_t n = std::min(rows, columns);
  const std::size_t line = rows <= columns ? columns : 1;  // from one vector to the next
  const std::size_t step = rows <= columns ? 1 : columns;  // from one of its elements to the next
  Numbers products{{n, n}, std::vector<double>(n * n)};
  for (std::size_t i = 0; i < n * n; ++i) {
    const tg::Real* a = x.data() + i / n * line;
    const tg::Real* b = x.data() + i % n * line;
    for (std::size_t k = 0; k < std::max(rows, columns); ++k) {
      products.values[i] += static_cast<double>(a[k * step]) * static_cast<double>(b[k * step]);
    }
  }
  return {.results = {{"gram", products}}};
}

// The fewest and most zeros of a column, and the moments of the others (their mean counts as 0).
Outcome zeros_and_moments(const tg::Array& x) {
  const std::size_t columns = x.shape()[1];
  std::vector<double> zeros(columns);
  double squares = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto value = static_cast<double>(x.data()[i]);
    zeros[i % columns] += value == 0 ? 1 : 0;
    squares += value * value;
  }
  const double all = std::accumulate(zeros.begin(), zeros.end(), 0.0);
  const auto [fewest, most] = std::minmax_element(zeros.begin(), zeros.end());
  const double deviation = std::sqrt(squares / (static_cast<double>(x.size()) - all));
  return {.results = {{"zeros", number_list({*fewest, *most})},
                      {"moments", number_list({0, deviation})}}};
}

Outcome cut_off(const tg::Array& x) {
  return {.results = {{"bounds", measure("bounds", x)}, {"moments", measure("moments", x)}}};
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

// Parameter names stand with what is measured of them: "weight bounds", or "bias value" if all
// are equal.
template <class Layer>
Outcome measured(Case& c, const Layer& made, const std::string& what) {
  const bool only_matrices = c.flag("only_matrices", false);
  Outcome outcome;
  tg::for_each_parameter(made, [&](const std::string& name, const tg::Parameter& p) {
    if (only_matrices && p.shape().size() < 2) return;
    const tg::Array& x = p.value();
    const bool constant = std::all_of(x.begin(), x.end(), [&](auto v) { return v == x.data()[0]; });
    const std::string kind = constant ? "value" : what;
    outcome.results[name + " " + kind] = measure(kind, x);
  });
  return outcome;
}

Outcome begin_attention(Case& c, tg::Rng& rng) {
  tg::MultiheadAttentionOptions options;
  if (c.has("kdim")) options.kdim = c.size("kdim");
  return measured(c, tg::MultiheadAttention(c.size("embed_dim"), c.size("num_heads"), rng, options),
                  "bounds");
}

Outcome begin_transformer(Case& c, tg::Rng& rng) {
  tg::TransformerOptions options;
  options.dim_feedforward = c.size("dim_feedforward");
  return measured(c,
                  tg::Transformer(c.size("d_model"), c.size("nhead"), c.size("num_encoder_layers"),
                                  c.size("num_decoder_layers"), rng, options),
                  "bounds");
}

Outcome beginning(Case& c) {
  tg::Rng rng(1);
  const std::string name = c.text("layer", "");
  if (name == "Linear") {
    const tg::LinearOptions options{.bias = c.flag("bias", true)};
    return measured(c, tg::Linear(c.size("in_features"), c.size("out_features"), rng, options),
                    "bounds");
  }
  if (name == "Conv1d") {
    return measured(
        c, tg::Conv1d(c.size("in_channels"), c.size("out_channels"), c.size("kernel_size"), rng),
        "bounds");
  }
  if (name == "LayerNorm") return measured(c, tg::LayerNorm(c.shape("normalized_shape")), "value");
  if (name == "MultiheadAttention") return begin_attention(c, rng);
  if (name == "Transformer") return begin_transformer(c, rng);
  const std::size_t rows = c.size("num_embeddings");
  const std::size_t width = c.size("embedding_dim");
  if (name == "Embedding") return measured(c, tg::Embedding(rows, width, rng), "moments");
  if (name == "EmbeddingBag") return measured(c, tg::EmbeddingBag(rows, width, rng), "moments");
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
      {"init::ones", initializer("value", [](tg::Parameter p, tg::Rng&, Case&) { init::ones(p); })},
      {"init::xavier_normal",
       initializer("moments", [](tg::Parameter p, tg::Rng& rng,
                                 Case& c) { init::xavier_normal(p, rng, c.real("gain", 1)); })},
      {"init::kaiming_normal",
       initializer("moments", [](tg::Parameter p, tg::Rng& rng,
                                 Case& c) { init::kaiming_normal(p, rng, kaiming_options(c)); })},
      {"init::eye", whole([](tg::Parameter p, tg::Rng&, Case&) { init::eye(p); }, values)},
      {"init::dirac", whole([](tg::Parameter p, tg::Rng&, Case&) { init::dirac(p); }, values)},
      {"init::orthogonal", whole([](tg::Parameter p, tg::Rng& rng,
                                    Case& c) { init::orthogonal(p, rng, c.real("gain", 1)); },
                                 gram)},
      {"init::sparse",
       whole([](tg::Parameter p, tg::Rng& rng,
                Case& c) { init::sparse(p, rng, c.real("sparsity", 0), c.real("std", 0.01)); },
             zeros_and_moments)},
      {"init::trunc_normal", whole(
                                 [](tg::Parameter p, tg::Rng& rng, Case& c) {
                                   init::trunc_normal(p, rng, c.real("mean", 0), c.real("std", 1),
                                                      c.real("low", -2), c.real("high", 2));
                                 },
                                 cut_off)},
      {"init::calculate_gain", calculate_gain},
      {"init::fans", fans},
      {"beginning", beginning},
  };
}

}  // namespace conformance
