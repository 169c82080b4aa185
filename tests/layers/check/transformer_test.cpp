// Attention and transformers in double against PyTorch 1.13.1, result and all gradients, and where
// they differ from it on purpose. Numbers come from transformer_reference.py unless said otherwise.
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <tapegrad/tapegrad.hpp>

#include "transformer_numbers.hpp"

namespace tg = tapegrad;

namespace {

// Element i is sin(seed + 2 i).
tg::Array wave(const tg::Shape& shape, int seed) {
  tg::Array x(shape);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x.data()[i] = std::sin(seed + 2 * static_cast<double>(i));
  }
  return x;
}

template <class Model>
void fill(const Model& model) {
  int seed = 0;
  tg::for_each_parameter(model, [&](const std::string& name, tg::Parameter p) {
    const bool scale = name.find("norm") != std::string::npos && name.ends_with("weight");
    p.assign(tg::Array(wave(p.shape(), ++seed) / 2 + (scale ? 1 : 0)));
  });
}

// The sums weighted with wave(n, 7) and wave(n, 8), the first, the last.
std::vector<double> summary(const tg::Array& x) {
  const auto weighted = [&](int seed) {
    const tg::Array weights = wave({x.size()}, seed);
    double total = 0;
    for (std::size_t i = 0; i < x.size(); ++i) total += x.data()[i] * weights.data()[i];
    return total;
  };
  return {weighted(7), weighted(8), x.data()[0], x.data()[x.size() - 1]};
}

void check_near(const tg::Array& got, const std::array<double, 4>& wanted) {
  const std::vector<double> numbers = summary(got);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    CHECK(numbers[i] == Approx(wanted.at(i)).margin(1e-10).epsilon(1e-11));
  }
}

using Inputs = std::vector<tg::Tensor>;

// The model on waves of these shapes: its result and gradients must be those of PyTorch.
template <class Model>
void check_case(const std::string& name, const Model& model,
                const std::function<tg::Tensor(const Model&, const Inputs&)>& run,
                const std::vector<tg::Shape>& shapes) {
  INFO(name);
  fill(model);
  std::vector<tg::Parameter> leaves;
  for (const tg::Shape& shape : shapes) {
    leaves.emplace_back(wave(shape, 100 + static_cast<int>(leaves.size())));
  }
  tg::Tape tape;
  const tg::Tensor y = run(model, {leaves.begin(), leaves.end()});
  const tg::Gradients gradients = tape.backward(tg::sum(y * tg::Tensor(wave(y.shape(), 50))));
  tg::for_each_parameter(model,
                         [&](const std::string&, const tg::Parameter& p) { leaves.push_back(p); });
  const auto& wanted = transformer_numbers.at(name);
  REQUIRE(wanted.size() == leaves.size() + 1);
  check_near(y.value(), wanted[0]);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    INFO("gradient " << i);
    check_near(gradients.dense(leaves[i]), wanted[i + 1]);
  }
}

const tg::Context evaluation;
const tg::Context training{.training = true};  // the models here drop nothing
const tg::Mask padding = {{false, false, false, false}, {false, true, false, true}};
const tg::Mask per_query = {
    {{false, true, false, false}, {true, false, false, true}, {false, false, true, true}},
    {{true, false, false, false}, {false, false, true, false}, {false, false, false, true}}};
const tg::TransformerOptions small{.dim_feedforward = 6, .dropout = 0};

tg::MultiheadAttention attention(const tg::MultiheadAttentionOptions& options = {}) {
  tg::Rng rng(1);
  return {4, 2, rng, options};
}

bool all_finite(const tg::Array& x) {
  return std::all_of(x.begin(), x.end(), [](double v) { return std::isfinite(v); });
}

}  // namespace

TEST_CASE("attention has PyTorch's results and gradients") {
  using Attention = tg::MultiheadAttention;
  check_case<Attention>("attention", attention(),
                        [](const Attention& m, const Inputs& x) {
                          return m(x[0], training,
                                   {.key_padding_mask = padding, .attn_mask = tg::causal_mask(4)});
                        },
                        {{2, 4, 4}});
  check_case<Attention>("cross attention, a mask for each sequence", attention(),
                        [](const Attention& m, const Inputs& x) {
                          return m(x[0], x[1], x[1], training, {.attn_mask = per_query});
                        },
                        {{2, 3, 4}, {2, 4, 4}});
  check_case<Attention>("other widths", attention({.bias = false, .kdim = 3, .vdim = 5}),
                        [](const Attention& m, const Inputs& x) {
                          return m(x[0], x[1], x[2], training, {.key_padding_mask = padding});
                        },
                        {{2, 3, 4}, {2, 4, 3}, {2, 4, 5}});
}

TEST_CASE("attention weights are PyTorch's, for each head and as their mean, before dropout") {
  const tg::MultiheadAttention layer = attention({.dropout = 0.9});
  fill(layer);
  const tg::Tensor query(wave({2, 3, 4}, 100)), key(wave({2, 4, 4}, 101));
  const tg::Tensor mean = layer.mean_weights(query, key, {.attn_mask = per_query});
  CHECK(mean.shape() == tg::Shape{2, 3, 4});
  check_near(mean.value(), transformer_numbers.at("mean weights")[0]);
  const tg::Tensor weights = layer.weights(query, key, {.attn_mask = per_query});
  CHECK(weights.shape() == tg::Shape{2, 2, 3, 4});
  check_near(weights.value(), transformer_numbers.at("weights")[0]);
}

// Made with PyTorch 1.13.1 in float64: q = k = v and all parameters by the formulas below, key 2
// masked.
TEST_CASE("attention of three positions, the last one padding, has the numbers of PyTorch") {
  const tg::MultiheadAttention layer = attention();
  const auto set = [](tg::Parameter p, std::size_t period, double middle) {
    tg::Array& x = p.mutate();
    for (std::size_t k = 0; k < x.size(); ++k) {
      x.data()[k] = (static_cast<double>(k % period) - middle) / 10;
    }
  };
  set(layer.in_proj_weight, 7, 3);
  set(layer.in_proj_bias, 5, 2);
  set(layer.out_proj.weight, 5, 2);
  tg::Parameter(layer.out_proj.bias).assign({0.1, -0.1, 0.2, -0.2});
  tg::Array x(tg::Shape{1, 3, 4});
  for (std::size_t i = 0; i < 12; ++i) x.data()[i] = (static_cast<double>(i % 5) - 2) / 2;
  const tg::AttentionMasks masks{.key_padding_mask = {{false, false, true}}};
  const std::vector<double> wanted{0.1004186775, -0.1689153421, 0.3325477232, -0.2296443388,
                                   0.1019294019, -0.1636815825, 0.3307399815, -0.2345216776,
                                   0.1050888282, -0.1543149892, 0.3293277966, -0.2459849606};
  const std::vector<double> wanted_weights{
      0.5356290888, 0.4643709112, 0, 0.523379466, 0.476620534, 0, 0.5151297272, 0.4848702728, 0};
  const tg::Array y = layer(tg::Tensor(x), evaluation, masks).value();
  const tg::Array weights = layer.mean_weights(tg::Tensor(x), tg::Tensor(x), masks).value();
  for (std::size_t i = 0; i < 12; ++i) CHECK(y.data()[i] == Approx(wanted[i]).margin(1e-10));
  for (std::size_t i = 0; i < 9; ++i) {
    CHECK(weights.data()[i] == Approx(wanted_weights[i]).margin(1e-10));
  }
}

TEST_CASE("encoders, decoders and transformers have PyTorch's results and gradients") {
  tg::Rng rng(1);
  for (const bool norm_first : {false, true}) {
    const std::string order = norm_first ? "norm_first True" : "norm_first False";
    for (const bool gelu : {false, true}) {
      tg::TransformerOptions options = small;
      options.norm_first = norm_first;
      options.activation = gelu ? tg::Activation::gelu : tg::Activation::relu;
      check_case<tg::TransformerEncoderLayer>(
          std::string("encoder layer, ") + (gelu ? "gelu, " : "relu, ") + order,
          {4, 2, rng, options},
          [](const auto& m, const Inputs& x) {
            return m(x[0], training, {.key_padding_mask = padding});
          },
          {{2, 4, 4}});
    }
    tg::TransformerOptions options = small;
    options.norm_first = norm_first;
    check_case<tg::TransformerDecoderLayer>("decoder layer, " + order, {4, 2, rng, options},
                                            [](const auto& m, const Inputs& x) {
                                              return m(x[0], x[1], training,
                                                       {.attn_mask = tg::causal_mask(3)},
                                                       {.key_padding_mask = padding});
                                            },
                                            {{2, 3, 4}, {2, 4, 4}});
  }
  check_case<tg::TransformerEncoder>("encoder", {4, 2, 2, rng, small},
                                     [](const auto& m, const Inputs& x) {
                                       return m(x[0], training, {.key_padding_mask = padding});
                                     },
                                     {{2, 4, 4}});
  check_case<tg::Transformer>("transformer", {4, 2, 2, 2, rng, small},
                              [](const auto& m, const Inputs& x) {
                                return m(x[0], x[1], training,
                                         {.src = {.key_padding_mask = padding},
                                          .tgt = {.attn_mask = tg::causal_mask(3)},
                                          .memory = {.key_padding_mask = padding}});
                              },
                              {{2, 4, 4}, {2, 3, 4}});
}

TEST_CASE("a layer norm over two dimensions has PyTorch's result and gradients") {
  const tg::LayerNorm norm(tg::Shape{2, 3}, {.eps = 0.1});
  tg::Parameter(norm.weight).assign(tg::Array(wave({2, 3}, 1) / 2 + 1));
  tg::Parameter(norm.bias).assign(tg::Array(wave({2, 3}, 2) / 2));
  const tg::Parameter x(wave({2, 2, 3}, 100));
  tg::Tape tape;
  const tg::Tensor y = norm(x);
  const auto gradients = tape.backward(tg::sum(y * tg::Tensor(wave(y.shape(), 50))));
  const auto& wanted = transformer_numbers.at("layer norm over two dimensions");
  check_near(y.value(), wanted[0]);
  check_near(gradients.dense(x), wanted[1]);
  check_near(gradients.dense(norm.weight), wanted[2]);
  check_near(gradients.dense(norm.bias), wanted[3]);
}

TEST_CASE("a query that may attend to nothing gets weights of zero and out_proj's bias, no NaN") {
  const tg::MultiheadAttention layer = attention();
  fill(layer);
  // The second sequence is all padding; in the first, query 1 is barred from every key.
  tg::Mask barred = tg::Mask(tg::Mask::shape_type{3, 3}, false);
  for (std::size_t key = 0; key < 3; ++key) barred(1, key) = true;
  const tg::AttentionMasks masks{.key_padding_mask = {{false, false, false}, {true, true, true}},
                                 .attn_mask = barred};
  const tg::Parameter x(wave({2, 3, 4}, 100));
  tg::Tape tape;
  const tg::Tensor y = layer(x, training, masks);
  const tg::Array weights = layer.weights(x, x, masks).value();
  for (std::size_t t = 0; t < 6; ++t) {
    if (t != 1 && t < 3) continue;
    for (std::size_t e = 0; e < 4; ++e) {
      CHECK(y.value()(t / 3, t % 3, e) == layer.out_proj.bias.value()(e));
    }
    for (std::size_t h = 0; h < 2; ++h) {
      for (std::size_t key = 0; key < 3; ++key) CHECK(weights(t / 3, h, t % 3, key) == 0);
    }
  }
  const tg::Gradients gradients = tape.backward(tg::sum(y * y));
  for (const auto& named : tg::parameters(layer))
    CHECK(all_finite(gradients.dense(named.parameter)));
  const tg::Array dx = gradients.dense(x);
  CHECK(all_finite(dx));
  for (std::size_t i = 12; i < 24; ++i) CHECK(dx.data()[i] == 0);
}

TEST_CASE("padding at the end changes no result before it, whatever stands there") {
  tg::Rng rng(1);
  const tg::TransformerEncoder encoder(4, 2, 2, rng, small);
  const tg::Array text = wave({1, 3, 4}, 100);
  tg::Array padded(tg::Shape{1, 5, 4});
  std::copy(text.begin(), text.end(), padded.begin());
  std::fill(padded.begin() + 12, padded.end(), 1e3);
  const tg::Mask mask{{false, false, false, true, true}};
  const tg::Array y = encoder(tg::Tensor(text), evaluation).value();
  const tg::Array z = encoder(tg::Tensor(padded), evaluation, {.key_padding_mask = mask}).value();
  CHECK(z.shape() == tg::Shape{1, 5, 4});
  for (std::size_t i = 0; i < 12; ++i) CHECK(z.data()[i] == Approx(y.data()[i]).epsilon(1e-12));
}

TEST_CASE("with a causal mask a decoder writes word by word what it computes at once") {
  tg::Rng rng(1);
  const tg::TransformerDecoder decoder(4, 2, 2, rng, {.dim_feedforward = 6});
  const tg::Tensor x(wave({2, 5, 4}, 100)), memory(wave({2, 3, 4}, 101));
  const tg::Array all = decoder(x, memory, evaluation, {.attn_mask = tg::causal_mask(5)}).value();
  for (std::size_t t = 1; t <= 5; ++t) {
    const tg::Tensor start = tg::slice(x, 1, 0, static_cast<tg::Index>(t));
    const tg::Array y =
        decoder(start, memory, evaluation, {.attn_mask = tg::causal_mask(t)}).value();
    for (std::size_t b = 0; b < 2; ++b) {
      for (std::size_t e = 0; e < 4; ++e) {
        CHECK(y(b, t - 1, e) == Approx(all(b, t - 1, e)).epsilon(1e-12));
      }
    }
  }
}
