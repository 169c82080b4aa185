// How attention and transformers start, and what they refuse.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <tapegrad/tapegrad.hpp>

namespace tg = tapegrad;

namespace {

// Whether the values fill [-bound, bound].
bool fills(const tg::Parameter& p, double bound) {
  double largest = 0;
  for (const tg::Real x : p.value()) largest = std::max(largest, std::abs(static_cast<double>(x)));
  return largest <= bound * 1.000001 && largest > 0.98 * bound;
}

bool is(const tg::Parameter& p, tg::Real value) {
  return std::all_of(p.value().begin(), p.value().end(), [=](tg::Real x) { return x == value; });
}

}  // namespace

TEST_CASE("attention starts as PyTorch's: xavier over all three projections, biases of zero") {
  tg::Rng rng(1);
  const tg::MultiheadAttention layer(64, 4, rng);
  CHECK(layer.in_proj_weight.shape() == tg::Shape{192, 64});
  CHECK(fills(layer.in_proj_weight, std::sqrt(6.0 / 256)));  // 0.1531, as measured there
  CHECK(fills(layer.out_proj.weight, 1.0 / 8));
  CHECK(is(layer.in_proj_bias, 0));
  CHECK(is(layer.out_proj.bias, 0));
  const tg::MultiheadAttention other(64, 4, rng, {.bias = false, .kdim = 32});
  CHECK(fills(other.q_proj_weight, std::sqrt(6.0 / 128)));
  CHECK(fills(other.k_proj_weight, std::sqrt(6.0 / 96)));
  CHECK_FALSE(other.in_proj_weight.defined());
  CHECK_FALSE(other.in_proj_bias.defined());
  CHECK_FALSE(other.out_proj.bias.defined());
}

TEST_CASE("each layer of an encoder and a decoder starts with values of its own") {
  tg::Rng rng(1);
  const tg::TransformerEncoder encoder(8, 2, 2, rng, {.dim_feedforward = 16});
  const tg::TransformerDecoder decoder(8, 2, 2, rng, {.dim_feedforward = 16, .final_norm = true});
  const auto weight = [](const auto& stack, std::size_t i) {
    return stack.layers.at(i).self_attn.in_proj_weight.value();
  };
  CHECK_FALSE((weight(encoder, 0) == weight(encoder, 1)));
  CHECK_FALSE((weight(decoder, 0) == weight(decoder, 1)));
  CHECK_FALSE(encoder.norm.has_value());
  CHECK(decoder.norm.has_value());
  CHECK(is(encoder.layers[1].norm2.weight, 1));
  CHECK(is(encoder.layers[1].norm2.bias, 0));
}

TEST_CASE("a Transformer draws all matrices as xavier_uniform, and ends both parts with a norm") {
  tg::Rng rng(1);
  const tg::Transformer model(32, 4, 1, 1, rng, {.dim_feedforward = 96});
  CHECK(fills(model.encoder.layers[0].self_attn.out_proj.weight, std::sqrt(6.0 / 64)));
  CHECK(fills(model.decoder.layers[0].linear1.weight, std::sqrt(6.0 / 128)));
  CHECK(fills(model.decoder.layers[0].linear1.bias, 1 / std::sqrt(32.0)));
  CHECK(model.encoder.norm.has_value());
  CHECK(model.decoder.norm.has_value());
}

TEST_CASE("positions have the sines and cosines of their formula") {
  const tg::PositionalEncoding positions(4, {.max_len = 10});
  const tg::Array y = positions(tg::Tensor(tg::full({2, 3, 4}, 1)), {}).value();
  for (std::size_t b = 0; b < 2; ++b) {
    for (std::size_t t = 0; t < 3; ++t) {
      const double at = static_cast<double>(t);
      CHECK(y(b, t, 0) == Approx(1 + std::sin(at)));
      CHECK(y(b, t, 1) == Approx(1 + std::cos(at)));
      CHECK(y(b, t, 2) == Approx(1 + std::sin(at / 100)));
      CHECK(y(b, t, 3) == Approx(1 + std::cos(at / 100)));
    }
  }
}

TEST_CASE("a learned position adds its row to every text") {
  tg::Rng rng(1);
  const tg::LearnedPositionalEncoding positions(4, rng, {.max_len = 10});
  const tg::Array y = positions(tg::Tensor(tg::full({2, 3, 4}, 1)), {}).value();
  for (std::size_t i = 0; i < y.size(); ++i) {
    CHECK(y.data()[i] == 1 + positions.weight.value().data()[i % 12]);
  }
}

TEST_CASE("positions, attention and transformers say which shape they want") {
  tg::Rng rng(1);
  const auto x = [](const tg::Shape& shape) { return tg::Tensor(tg::zeros(shape)); };
  const tg::Context context;
  CHECK_THROWS_WITH(
      tg::PositionalEncoding(4, {.max_len = 3})(x({2, 5, 4}), context),
      "PositionalEncoding: x has shape [2, 5, 4], [B, T, 4] with T at most 3 is wanted");
  CHECK_THROWS_WITH(
      tg::LearnedPositionalEncoding(4, rng, {.max_len = 3})(x({2, 3}), context),
      "LearnedPositionalEncoding: x has shape [2, 3], [B, T, 4] with T at most 3 is wanted");
  CHECK_THROWS_WITH(tg::MultiheadAttention(4, 3, rng),
                    "MultiheadAttention: num_heads is 3, must divide embed_dim, 4, and not be 0");
  CHECK_THROWS_AS(tg::MultiheadAttention(4, 0, rng), std::invalid_argument);
  CHECK_THROWS_WITH(tg::MultiheadAttention(4, 2, rng, {.dropout = 2}),
                    "MultiheadAttention: dropout is 2, must be in [0, 1]");
  const tg::MultiheadAttention attention(4, 2, rng, {.kdim = 3});
  CHECK_THROWS_WITH(attention(x({2, 3, 4}), x({2, 3, 4}), x({2, 3, 4}), context),
                    "MultiheadAttention: key has shape [2, 3, 4], [B, T, 3] is wanted");
  CHECK_THROWS_WITH(tg::MultiheadAttention(4, 2, rng)(x({2, 3, 5}), context),
                    "MultiheadAttention: x has shape [2, 3, 5], [B, T, 4] is wanted");
  const tg::Transformer model(4, 2, 1, 1, rng, {.dim_feedforward = 4});
  CHECK_THROWS_WITH(model(x({2, 3, 4}), x({3, 3, 4}), context),
                    "Transformer: tgt has shape [3, 3, 4], [B, Tt, E] with the B of src, "
                    "[2, 3, 4], is wanted");
  CHECK_THROWS_WITH(tg::LayerNorm(tg::Shape{}),
                    "LayerNorm: normalized_shape has shape [], at least one dimension is wanted");
}
