// The sequence model of seq_* and infer1.
#pragma once

#include <cstddef>
#include <tapegrad/layers/dropout.hpp>
#include <tapegrad/layers/embedding.hpp>
#include <tapegrad/layers/linear.hpp>

#include "data.hpp"

namespace bench {

/// Embedding -> Dropout .1 -> masked mean -> Linear(D, 64) -> ReLU -> Dropout .1 -> Linear(64, 2).
struct Sequence {
  tg::Embedding embed;
  tg::Dropout drop;
  tg::Linear hidden;
  tg::Linear out;

  /// ids [B, L] with padding 0 -> logits [B, 2].
  tg::Tensor operator()(const tg::IndexArray& ids, const tg::Context& context) const {
    const tg::Tensor words = drop(embed(ids), context);
    const tg::Tensor mean = tg::masked_mean(words, tg::padding_mask(ids, 0));
    return out(drop(tg::relu(hidden(mean)), context));
  }
  static void visit(auto& self, auto&& v) {
    v("embed", self.embed);
    v("drop", self.drop);
    v("hidden", self.hidden);
    v("out", self.out);
  }
};

/// A trainable table [rows, width] of random numbers with padding 0.
inline tg::Embedding padded_embedding(std::size_t rows, std::size_t width) {
  tg::Array table = random_array({rows, width});
  std::fill_n(table.data(), width, tg::Real(0));
  return tg::Embedding::from_pretrained(std::move(table), {.freeze = false, .padding_idx = 0});
}

inline Sequence sequence_model(std::size_t rows, std::size_t width) {
  tg::Rng rng(1);
  return {padded_embedding(rows, width), tg::Dropout(0.1), tg::Linear(width, 64, rng),
          tg::Linear(64, 2, rng)};
}

}  // namespace bench
