// Layer normalization, attention and Transformer layers.
#include <tapegrad/layers/layer_norm.hpp>
#include <tapegrad/layers/multihead_attention.hpp>
#include <tapegrad/layers/positional_encoding.hpp>
#include <tapegrad/layers/transformer.hpp>
#include <tapegrad/layers/transformer_decoder.hpp>
#include <tapegrad/layers/transformer_encoder.hpp>

#include "case.hpp"

namespace conformance {
namespace {

const tg::Context evaluation;

tg::AttentionMasks masks(Case& c, const std::string& key_padding_mask = "key_padding_mask",
                         const std::string& attn_mask = "attn_mask") {
  tg::AttentionMasks masks;
  if (c.has_input(key_padding_mask)) masks.key_padding_mask = c.mask(key_padding_mask);
  if (c.has_input(attn_mask)) masks.attn_mask = c.mask(attn_mask);
  return masks;
}

tg::Tensor layer_norm(Case& c) {
  return tg::layer_norm(c.tensor("x"), c.shape("normalized_shape"), c.optional_tensor("weight"),
                        c.optional_tensor("bias"), c.real("eps", 1e-5));
}

tg::Tensor attention(Case& c) {
  tg::AttentionOptions options;
  options.heads = static_cast<std::size_t>(c.integer("heads", 1));
  return tg::scaled_dot_product_attention(c.tensor("q"), c.tensor("k"), c.tensor("v"), masks(c),
                                          options);
}

tg::LayerNorm make_layer_norm(Case& c, tg::Rng&) {
  tg::LayerNormOptions options;
  options.eps = c.real("eps", options.eps);
  options.elementwise_affine = c.flag("elementwise_affine", options.elementwise_affine);
  return tg::LayerNorm(c.shape("normalized_shape"), options);
}

std::optional<std::size_t> optional_size(Case& c, const std::string& name) {
  if (!c.has(name)) return {};
  return c.size(name);
}

// Self-attention of x, or attention of a query to keys and values; with the mean weights.
Outcome multihead_attention(Case& c) {
  tg::MultiheadAttentionOptions options;
  options.bias = c.flag("bias", options.bias);
  options.kdim = optional_size(c, "kdim");
  options.vdim = optional_size(c, "vdim");
  tg::Rng rng(1);
  const tg::MultiheadAttention made(c.size("embed_dim"), c.size("num_heads"), rng, options);
  c.fill(made);
  const tg::AttentionMasks mask = masks(c);
  const auto call = [&] {
    if (c.has_input("x")) {
      const tg::Tensor x = c.tensor("x");
      return std::map<std::string, tg::Tensor>{{"y", made(x, evaluation, mask)},
                                               {"weights", made.mean_weights(x, x, mask)}};
    }
    const tg::Tensor query = c.tensor("query");
    const tg::Tensor key = c.tensor("key");
    return std::map<std::string, tg::Tensor>{
        {"y", made(query, key, c.tensor("value"), evaluation, mask)},
        {"weights", made.mean_weights(query, key, mask)}};
  };
  return c.differentiate(call, {"y", "weights"});
}

tg::TransformerOptions transformer_options(Case& c) {
  tg::TransformerOptions options;
  options.dim_feedforward = c.size("dim_feedforward");
  options.dropout = 0;
  if (c.text("activation", "relu") == "gelu") options.activation = tg::Activation::gelu;
  options.layer_norm_eps = c.real("layer_norm_eps", options.layer_norm_eps);
  options.norm_first = c.flag("norm_first", options.norm_first);
  options.final_norm = c.flag("final_norm", options.final_norm);
  return options;
}

// One layer of an encoder or decoder.
template <class Layer>
Layer make_one(Case& c, tg::Rng& rng) {
  return Layer(c.size("d_model"), c.size("nhead"), rng, transformer_options(c));
}

// Several of them.
template <class Stack>
Stack make_stack(Case& c, tg::Rng& rng) {
  return Stack(c.size("d_model"), c.size("nhead"), c.size("num_layers"), rng,
               transformer_options(c));
}

template <class Make>
Run encoder(Make make) {
  return layer(make,
               [](const auto& made, Case& c) { return made(c.tensor("x"), evaluation, masks(c)); });
}

template <class Make>
Run decoder(Make make) {
  return layer(make, [](const auto& made, Case& c) {
    return made(c.tensor("x"), c.tensor("memory"), evaluation, masks(c, "tgt_padding", "tgt_mask"),
                masks(c, "memory_padding", ""));
  });
}

tg::Transformer make_transformer(Case& c, tg::Rng& rng) {
  return {c.size("d_model"),
          c.size("nhead"),
          c.size("num_encoder_layers"),
          c.size("num_decoder_layers"),
          rng,
          transformer_options(c)};
}

tg::Tensor call_transformer(const tg::Transformer& made, Case& c) {
  const tg::AttentionMasks padding = masks(c, "src_padding", "");
  return made(c.tensor("src"), c.tensor("tgt"), evaluation,
              {.src = padding, .tgt = masks(c, "", "tgt_mask"), .memory = padding});
}

tg::Tensor positional_encoding(Case& c) {
  const tg::Tensor x = c.tensor("x");
  return tg::PositionalEncoding(x.size(2))(x, evaluation);
}

}  // namespace

Calls attention_calls() {
  return {
      {"layer_norm", differentiable(layer_norm)},
      {"LayerNorm", layer(make_layer_norm,
                          [](const tg::LayerNorm& made, Case& c) { return made(c.tensor("x")); })},
      {"scaled_dot_product_attention", differentiable(attention)},
      {"MultiheadAttention", multihead_attention},
      {"TransformerEncoderLayer", encoder(make_one<tg::TransformerEncoderLayer>)},
      {"TransformerEncoder", encoder(make_stack<tg::TransformerEncoder>)},
      {"TransformerDecoderLayer", decoder(make_one<tg::TransformerDecoderLayer>)},
      {"TransformerDecoder", decoder(make_stack<tg::TransformerDecoder>)},
      {"Transformer", layer(make_transformer, call_transformer)},
      {"PositionalEncoding", differentiable(positional_encoding)},
  };
}

}  // namespace conformance
