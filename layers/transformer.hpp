// An encoder and a decoder that looks at its result.
#pragma once

#include <cstddef>
#include <tapegrad/layers/transformer_decoder.hpp>
#include <tapegrad/layers/transformer_encoder.hpp>

namespace tapegrad {

/// The masks of a Transformer: of the encoder, of the decoder's self-attention, and of its
/// attention to the encoder's result.
struct TransformerMasks {
  AttentionMasks src = {};
  AttentionMasks tgt = {};
  AttentionMasks memory = {};
};

inline namespace TAPEGRAD_PRECISION {

/// torch.nn.Transformer, without embeddings, positions and output layer: src [B, Ts, E],
/// tgt [B, Tt, E] -> [B, Tt, E]. Encoder and decoder end with a LayerNorm.
struct Transformer {
  TransformerEncoder encoder;
  TransformerDecoder decoder;

  /// All matrices are drawn as xavier_uniform does, whatever the layers do on their own.
  Transformer(std::size_t d_model, std::size_t nhead, std::size_t num_encoder_layers,
              std::size_t num_decoder_layers, Rng& rng, const TransformerOptions& options = {});

  /// Throws ShapeError when the batches of src and tgt differ.
  Tensor operator()(const Tensor& src, const Tensor& tgt, const Context& context,
                    const TransformerMasks& masks = {}) const;

  static void visit(auto& self, auto&& v) {
    v("encoder", self.encoder);
    v("decoder", self.decoder);
  }
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
