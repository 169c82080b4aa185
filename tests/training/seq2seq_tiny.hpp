// Sequence-to-sequence models and pairs so small that a test can hold them.
#pragma once

#include <numeric>
#include <same.hpp>
#include <string>
#include <tapegrad/training/seq2seq_fit.hpp>
#include <vector>

namespace tiny {

/// Words of one to five letters and the same backwards: n of them, all different.
inline tapegrad::TextPairs reversed(std::size_t n, std::uint64_t seed = 1) {
  tapegrad::TextPairs pairs;
  tapegrad::Rng rng(seed);
  while (pairs.size() < n) {
    std::string source;
    const std::uint64_t letters = 1 + rng.below(5);
    while (source.size() < letters) source += static_cast<char>('a' + rng.below(4));
    if (std::find(pairs.sources.begin(), pairs.sources.end(), source) == pairs.sources.end()) {
      pairs.add(source, {source.rbegin(), source.rend()});
    }
  }
  return pairs;
}

inline tapegrad::Seq2SeqConfig seq2seq_config() {
  return {.source_unit = tapegrad::Unit::character,
          .target_unit = tapegrad::Unit::character,
          .d_model = 16,
          .dim_feedforward = 32,
          .heads = 2,
          .encoder_layers = 1,
          .decoder_layers = 2,
          .dropout = 0.1};
}

/// With what a test wants to be quick.
inline tapegrad::Seq2SeqFitOptions seq2seq_options(tapegrad::Index epochs) {
  tapegrad::Seq2SeqFitOptions options;
  options.epochs = epochs;
  options.batch_size = 5;
  options.lr = 5e-3;
  options.warmup = 10;
  return options;
}

inline std::vector<tapegrad::Array> values(const tapegrad::Seq2SeqModel& model) {
  std::vector<tapegrad::Array> all;
  for (const auto& [name, p] : parameters(model.net)) all.push_back(p.value());
  return all;
}

inline bool same_values(const tapegrad::Seq2SeqModel& a, const tapegrad::Seq2SeqModel& b) {
  const auto left = values(a);
  const auto right = values(b);
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), same);
}

/// [B, T, V], without training.
inline tapegrad::Array logits(const tapegrad::Seq2SeqNet& net, const tapegrad::IndexArray& sources,
                              const tapegrad::IndexArray& targets) {
  const tapegrad::Context context;
  return net.out(net.decode(targets, net.encode(sources, context), context)).value();
}

}  // namespace tiny
