#include <tapegrad/training/seq2seq.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad {

void check_seq2seq(const Seq2SeqConfig& config) {
  const auto positive = [](const char* what, std::size_t value) {
    if (value >= 1) return;
    throw std::invalid_argument(fmt::format("seq2seq: {} is {}, must be 1 or more", what, value));
  };
  positive("d_model", config.d_model);
  positive("dim_feedforward", config.dim_feedforward);
  positive("heads", config.heads);
  positive("encoder_layers", config.encoder_layers);
  positive("decoder_layers", config.decoder_layers);
  if (config.d_model % config.heads != 0) {
    throw std::invalid_argument(
        fmt::format("seq2seq: heads is {}, must divide d_model, {}", config.heads, config.d_model));
  }
  if (!(config.dropout >= 0 && config.dropout <= 1)) {
    throw std::invalid_argument(
        fmt::format("seq2seq: dropout is {}, must be in [0, 1]", config.dropout));
  }
}

inline namespace TAPEGRAD_PRECISION {
namespace {

Embedding table(Index rows, std::size_t width, Rng& rng) {
  return {static_cast<std::size_t>(rows), width, rng, {.padding_idx = Vocabulary::pad}};
}

TransformerOptions layer_options(const Seq2SeqConfig& config) {
  return {.dim_feedforward = config.dim_feedforward, .dropout = config.dropout, .norm_first = true};
}

void check_lengths(const EncodedTexts& texts, const std::vector<std::string>& named,
                   std::size_t marks, const Seq2SeqConfig& config) {
  for (Index n = 0; n < texts.size(); ++n) {
    const std::size_t units = static_cast<std::size_t>(texts.length(n)) - marks;
    if (units <= config.max_length) continue;
    throw std::invalid_argument(
        fmt::format("seq2seq: \"{:.40}\" has {} units, the model takes at most {}",
                    named[static_cast<std::size_t>(n)], units, config.max_length));
  }
}

std::size_t longest(const std::vector<std::string>& texts, Unit unit) {
  std::size_t most = 1;
  for (const std::string& text : texts) most = std::max(most, split_units(text, unit).size());
  return most;
}

}  // namespace

Seq2SeqNet::Seq2SeqNet(const Seq2SeqConfig& config, Index source_rows, Index target_rows, Rng& rng)
    : src_embed(table(source_rows, config.d_model, rng)),
      tgt_embed(table(target_rows, config.d_model, rng)),
      positions(config.d_model, {.dropout = config.dropout, .max_len = config.max_length + 2}),
      transformer(config.d_model, config.heads, config.encoder_layers, config.decoder_layers, rng,
                  layer_options(config)),
      out(config.d_model, static_cast<std::size_t>(target_rows), rng) {}

Memory Seq2SeqNet::encode(const IndexArray& sources, const Context& context) const {
  Mask padding = padding_mask(sources, Vocabulary::pad);
  const Tensor x = positions(src_embed(sources), context);
  return {transformer.encoder(x, context, {.key_padding_mask = padding}), std::move(padding)};
}

Tensor Seq2SeqNet::embed_targets(const IndexArray& targets, const Context& context) const {
  return positions(tgt_embed(targets), context);
}

// Padding stands behind the end of a target, where the causal mask hides it from all that counts.
Tensor Seq2SeqNet::decode(const IndexArray& targets, const Memory& memory,
                          const Context& context) const {
  const AttentionMasks causal{.attn_mask = causal_mask(targets.shape().at(1))};
  return transformer.decoder(embed_targets(targets, context), memory.states, context, causal,
                             {.key_padding_mask = memory.padding});
}

Tensor Seq2SeqNet::cross_attention(const IndexArray& targets, const Memory& memory) const {
  const Context context;
  const AttentionMasks causal{.attn_mask = causal_mask(targets.shape().at(1))};
  const AttentionMasks padding{.key_padding_mask = memory.padding};
  const auto& layers = transformer.decoder.layers;
  Tensor x = embed_targets(targets, context);
  for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
    x = layers[i](x, memory.states, context, causal, padding);
  }
  const TransformerDecoderLayer& last = layers.back();
  const Tensor y = x + last.self_attn(last.norm1(x), context, causal);
  return last.multihead_attn.mean_weights(last.norm2(y), memory.states, padding);
}

Seq2SeqModel make_seq2seq(Seq2SeqConfig config, const TextPairs& train, std::uint64_t seed) {
  check_seq2seq(config);
  if (config.max_length == 0) {
    config.max_length = 2 * std::max(longest(train.sources, config.source_unit),
                                     longest(train.targets, config.target_unit));
  }
  Vocabulary source = unit_vocabulary(train.sources, config.source_unit, Marks::none);
  Vocabulary target = unit_vocabulary(train.targets, config.target_unit, Marks::around);
  Rng rng(seed);
  Seq2SeqNet net(config, source.size(), target.size(), rng);
  return {config, std::move(source), std::move(target), std::move(net)};
}

EncodedTexts encode_sources(const Seq2SeqModel& model, const std::vector<std::string>& texts) {
  EncodedTexts sources = encode_units(texts, model.config.source_unit, model.source, Marks::none);
  check_lengths(sources, texts, 0, model.config);
  return sources;
}

EncodedPairs encode_pairs(const Seq2SeqModel& model, const TextPairs& pairs) {
  EncodedTexts targets =
      encode_units(pairs.targets, model.config.target_unit, model.target, Marks::around);
  check_lengths(targets, pairs.targets, 2, model.config);
  return {encode_sources(model, pairs.sources), std::move(targets)};
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
