// A Transformer that turns one sequence of units into another: "4096" into "four thousand ninety
// six".
#pragma once

#include <cstddef>
#include <string>
#include <tapegrad/layers/embedding.hpp>
#include <tapegrad/layers/linear.hpp>
#include <tapegrad/layers/positional_encoding.hpp>
#include <tapegrad/layers/transformer.hpp>
#include <tapegrad/text/pairs.hpp>
#include <vector>

namespace tapegrad {

struct Seq2SeqConfig {
  Unit source_unit = Unit::word;
  Unit target_unit = Unit::word;
  /// The width of embeddings and layers, and of the feed-forward networks inside.
  std::size_t d_model = 64;
  std::size_t dim_feedforward = 256;
  std::size_t heads = 4;
  std::size_t encoder_layers = 2;
  std::size_t decoder_layers = 2;
  double dropout = 0.1;
  /// The most units of a source, and of a target; 0: twice as many as any in the training pairs.
  std::size_t max_length = 0;
};

/// Throws std::invalid_argument for numbers that no network could be made of, whatever the pairs.
void check_seq2seq(const Seq2SeqConfig& config);

inline namespace TAPEGRAD_PRECISION {

/// What the encoder made of a batch of sources.
struct Memory {
  Tensor states;  // [B, Ts, E]
  Mask padding;   // [B, Ts]
};

/// Embeddings with positions, torch.nn.Transformer with norm_first, and a linear layer on top. Ids
/// of padding, 0, stand behind the end of a sequence.
struct Seq2SeqNet {
  Embedding src_embed;           // [Vs, E]
  Embedding tgt_embed;           // [Vt, E]
  PositionalEncoding positions;  // has no parameters
  Transformer transformer;
  Linear out;  // E -> Vt

  Seq2SeqNet(const Seq2SeqConfig& config, Index source_rows, Index target_rows, Rng& rng);

  /// sources [B, Ts]. Throws ShapeError when they are longer than config.max_length + 2, as decode.
  Memory encode(const IndexArray& sources, const Context& context) const;
  /// What the decoder makes of the first units of the targets, each position from itself and those
  /// before it: targets [B, T] -> [B, T, E]. `out` turns it into logits of the units that follow.
  Tensor decode(const IndexArray& targets, const Memory& memory, const Context& context) const;
  /// Which units of the sources the last decoder layer looks at for each position, on average over
  /// its heads: targets [B, T] -> [B, T, Ts].
  Tensor cross_attention(const IndexArray& targets, const Memory& memory) const;

  static void visit(auto& self, auto&& v) {
    v("src_embed", self.src_embed);
    v("tgt_embed", self.tgt_embed);
    v("transformer", self.transformer);
    v("out", self.out);
  }

 private:
  Tensor embed_targets(const IndexArray& targets, const Context& context) const;
};

/// All that is needed to turn a text into another. The target's vocabulary has begin_mark and
/// end_mark.
struct Seq2SeqModel {
  Seq2SeqConfig config;
  Vocabulary source;
  Vocabulary target;
  Seq2SeqNet net;
};

/// A model with the units and the lengths of these pairs, its network drawn from `seed`.
Seq2SeqModel make_seq2seq(Seq2SeqConfig config, const TextPairs& train, std::uint64_t seed);

/// Pairs as ids: the targets stand between their marks.
struct EncodedPairs {
  EncodedTexts sources;
  EncodedTexts targets;
};
/// Throws std::invalid_argument when a text has more than config.max_length units.
EncodedTexts encode_sources(const Seq2SeqModel& model, const std::vector<std::string>& texts);
EncodedPairs encode_pairs(const Seq2SeqModel& model, const TextPairs& pairs);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
