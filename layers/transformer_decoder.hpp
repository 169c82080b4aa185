// Layers of self-attention and of attention to the result of an encoder, one after the other.
#pragma once

#include <cstddef>
#include <optional>
#include <tapegrad/layers/transformer_encoder.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// torch.nn.TransformerDecoderLayer: x + self-attention, then x + attention to the memory, then
/// x + feed-forward network, each normalized: x [B, T, E], memory [B, Tm, E] -> [B, T, E].
struct TransformerDecoderLayer {
  MultiheadAttention self_attn;
  MultiheadAttention multihead_attn;  // to the memory
  Linear linear1;                     // E -> dim_feedforward
  Linear linear2;                     // dim_feedforward -> E
  LayerNorm norm1;                    // of the self-attention
  LayerNorm norm2;                    // of the attention to the memory
  LayerNorm norm3;                    // of the feed-forward network
  Dropout dropout;
  Activation activation;
  bool norm_first;

  /// Each part draws its values as it does on its own.
  TransformerDecoderLayer(std::size_t d_model, std::size_t nhead, Rng& rng,
                          const TransformerOptions& options = {});

  /// `masks` are those of the self-attention: {.attn_mask = causal_mask(T)} lets no position look
  /// ahead. `memory_masks` are those of the attention to the memory, [.., T, Tm] and [B, Tm].
  Tensor operator()(const Tensor& x, const Tensor& memory, const Context& context,
                    const AttentionMasks& masks = {},
                    const AttentionMasks& memory_masks = {}) const;

  static void visit(auto& self, auto&& v) {
    v("self_attn", self.self_attn);
    v("multihead_attn", self.multihead_attn);
    v("linear1", self.linear1);
    v("linear2", self.linear2);
    v("norm1", self.norm1);
    v("norm2", self.norm2);
    v("norm3", self.norm3);
  }
};

/// torch.nn.TransformerDecoder: num_layers decoder layers, each with values of its own:
/// x [B, T, E], memory [B, Tm, E] -> [B, T, E]. With a causal mask position t depends on the
/// positions 0 .. t only, so that a text can be written word by word: run the decoder on what is
/// written, take the next word from its last position, and go on.
struct TransformerDecoder {
  std::vector<TransformerDecoderLayer> layers;
  std::optional<LayerNorm> norm;

  TransformerDecoder(std::size_t d_model, std::size_t nhead, std::size_t num_layers, Rng& rng,
                     const TransformerOptions& options = {});

  /// All layers take the same masks.
  Tensor operator()(const Tensor& x, const Tensor& memory, const Context& context,
                    const AttentionMasks& masks = {},
                    const AttentionMasks& memory_masks = {}) const;

  static void visit(auto& self, auto&& v) {
    v("layers", self.layers);
    if (self.norm) v("norm", *self.norm);
  }
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
