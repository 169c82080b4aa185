#include <tapegrad/layers/transformer_encoder.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Tensor feed_forward(const Linear& linear1, const Linear& linear2, const Dropout& dropout,
                    Activation activation, const Tensor& x, const Context& context) {
  const Tensor wide = linear1(x);
  const Tensor active = activation == Activation::relu ? relu(wide) : gelu(wide);
  return linear2(dropout(active, context));
}

TransformerEncoderLayer::TransformerEncoderLayer(std::size_t d_model, std::size_t nhead, Rng& rng,
                                                 const TransformerOptions& options)
    : self_attn(d_model, nhead, rng, {.dropout = options.dropout}),
      linear1(d_model, options.dim_feedforward, rng),
      linear2(options.dim_feedforward, d_model, rng),
      norm1(d_model, {.eps = options.layer_norm_eps}),
      norm2(d_model, {.eps = options.layer_norm_eps}),
      dropout(options.dropout),
      activation(options.activation),
      norm_first(options.norm_first) {}

Tensor TransformerEncoderLayer::operator()(const Tensor& x, const Context& context,
                                           const AttentionMasks& masks) const {
  const auto attend = [&](const Tensor& y) {
    return dropout(self_attn(y, context, masks), context);
  };
  const auto feed = [&](const Tensor& y) {
    return dropout(feed_forward(linear1, linear2, dropout, activation, y, context), context);
  };
  if (norm_first) {
    const Tensor y = x + attend(norm1(x));
    return y + feed(norm2(y));
  }
  const Tensor y = norm1(x + attend(x));
  return norm2(y + feed(y));
}

TransformerEncoder::TransformerEncoder(std::size_t d_model, std::size_t nhead,
                                       std::size_t num_layers, Rng& rng,
                                       const TransformerOptions& options) {
  for (std::size_t i = 0; i < num_layers; ++i) layers.emplace_back(d_model, nhead, rng, options);
  if (options.final_norm) norm.emplace(d_model, LayerNormOptions{.eps = options.layer_norm_eps});
}

Tensor TransformerEncoder::operator()(const Tensor& x, const Context& context,
                                      const AttentionMasks& masks) const {
  Tensor y = x;
  for (const TransformerEncoderLayer& layer : layers) y = layer(y, context, masks);
  return norm ? (*norm)(y) : y;
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
