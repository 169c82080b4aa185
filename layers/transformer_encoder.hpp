// Layers of self-attention, one after the other.
#pragma once

#include <cstddef>
#include <optional>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/rng.hpp>
#include <tapegrad/layers/dropout.hpp>
#include <tapegrad/layers/layer_norm.hpp>
#include <tapegrad/layers/linear.hpp>
#include <tapegrad/layers/multihead_attention.hpp>
#include <vector>

namespace tapegrad {

/// What stands between the two linear layers of a feed-forward network.
enum class Activation { relu, gelu };

/// Of the layers of encoders and decoders, and of these.
struct TransformerOptions {
  /// The width between the two linear layers.
  std::size_t dim_feedforward = 2048;
  /// Of attention weights, of what each part adds, and between the two linear layers.
  double dropout = 0.1;
  Activation activation = Activation::relu;
  double layer_norm_eps = 1e-5;
  /// Whether each part normalizes what it takes in, instead of the sum it leaves behind.
  bool norm_first = false;
  /// Whether an encoder or decoder ends with a LayerNorm. A Transformer's always do.
  bool final_norm = false;
};

inline namespace TAPEGRAD_PRECISION {

/// linear2(dropout(activation(linear1(x)))): [..., E] -> [..., E].
Tensor feed_forward(const Linear& linear1, const Linear& linear2, const Dropout& dropout,
                    Activation activation, const Tensor& x, const Context& context);

/// torch.nn.TransformerEncoderLayer: x + self-attention, then x + feed-forward network, each
/// normalized: [B, T, E] -> [B, T, E].
struct TransformerEncoderLayer {
  MultiheadAttention self_attn;
  Linear linear1;   // E -> dim_feedforward
  Linear linear2;   // dim_feedforward -> E
  LayerNorm norm1;  // of the attention
  LayerNorm norm2;  // of the feed-forward network
  Dropout dropout;
  Activation activation;
  bool norm_first;

  /// Each part draws its values as it does on its own.
  TransformerEncoderLayer(std::size_t d_model, std::size_t nhead, Rng& rng,
                          const TransformerOptions& options = {});

  Tensor operator()(const Tensor& x, const Context& context,
                    const AttentionMasks& masks = {}) const;

  static void visit(auto& self, auto&& v) {
    v("self_attn", self.self_attn);
    v("linear1", self.linear1);
    v("linear2", self.linear2);
    v("norm1", self.norm1);
    v("norm2", self.norm2);
  }
};

/// torch.nn.TransformerEncoder: num_layers encoder layers, each with values of its own:
/// [B, T, E] -> [B, T, E]. The result keeps this shape whatever is masked.
struct TransformerEncoder {
  std::vector<TransformerEncoderLayer> layers;
  std::optional<LayerNorm> norm;

  TransformerEncoder(std::size_t d_model, std::size_t nhead, std::size_t num_layers, Rng& rng,
                     const TransformerOptions& options = {});

  /// All layers take the same masks.
  Tensor operator()(const Tensor& x, const Context& context,
                    const AttentionMasks& masks = {}) const;

  static void visit(auto& self, auto&& v) {
    v("layers", self.layers);
    if (self.norm) v("norm", *self.norm);
  }
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
