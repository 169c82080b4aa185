#include <tapegrad/layers/transformer_decoder.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

TransformerDecoderLayer::TransformerDecoderLayer(std::size_t d_model, std::size_t nhead, Rng& rng,
                                                 const TransformerOptions& options)
    : self_attn(d_model, nhead, rng, {.dropout = options.dropout}),
      multihead_attn(d_model, nhead, rng, {.dropout = options.dropout}),
      linear1(d_model, options.dim_feedforward, rng),
      linear2(options.dim_feedforward, d_model, rng),
      norm1(d_model, {.eps = options.layer_norm_eps}),
      norm2(d_model, {.eps = options.layer_norm_eps}),
      norm3(d_model, {.eps = options.layer_norm_eps}),
      dropout(options.dropout),
      activation(options.activation),
      norm_first(options.norm_first) {}

Tensor TransformerDecoderLayer::operator()(const Tensor& x, const Tensor& memory,
                                           const Context& context, const AttentionMasks& masks,
                                           const AttentionMasks& memory_masks) const {
  const auto attend = [&](const Tensor& y) {
    return dropout(self_attn(y, context, masks), context);
  };
  const auto look_back = [&](const Tensor& y) {
    return dropout(multihead_attn(y, memory, memory, context, memory_masks), context);
  };
  const auto feed = [&](const Tensor& y) {
    return dropout(feed_forward(linear1, linear2, dropout, activation, y, context), context);
  };
  if (norm_first) {
    const Tensor y = x + attend(norm1(x));
    const Tensor z = y + look_back(norm2(y));
    return z + feed(norm3(z));
  }
  const Tensor y = norm1(x + attend(x));
  const Tensor z = norm2(y + look_back(y));
  return norm3(z + feed(z));
}

TransformerDecoder::TransformerDecoder(std::size_t d_model, std::size_t nhead,
                                       std::size_t num_layers, Rng& rng,
                                       const TransformerOptions& options) {
  for (std::size_t i = 0; i < num_layers; ++i) layers.emplace_back(d_model, nhead, rng, options);
  if (options.final_norm) norm.emplace(d_model, LayerNormOptions{.eps = options.layer_norm_eps});
}

Tensor TransformerDecoder::operator()(const Tensor& x, const Tensor& memory, const Context& context,
                                      const AttentionMasks& masks,
                                      const AttentionMasks& memory_masks) const {
  Tensor y = x;
  for (const TransformerDecoderLayer& layer : layers) {
    y = layer(y, memory, context, masks, memory_masks);
  }
  return norm ? (*norm)(y) : y;
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
