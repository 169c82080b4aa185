// A model of layers, the library's and ours: Embedding -> Dropout -> GRU -> Dropout -> Linear.
#pragma once

#include "gru.hpp"

namespace custom {

struct Classifier {
  tg::Embedding embed;
  tg::Dropout drop;
  GRU gru;
  tg::Linear out;

  /// Padded word ids [B, T] -> logits [B, C].
  tg::Tensor operator()(const tg::IndexArray& ids, const tg::Context& context) const {
    const tg::Mask padding = tg::padding_mask(ids, tg::Vocabulary::pad);
    const tg::Tensor x = drop(embed(ids), context);
    return out(drop(gru(x, padding), context));
  }
  static void visit(auto& self, auto&& v) {
    v("embed", self.embed);
    v("drop", self.drop);
    v("gru", self.gru);
    v("out", self.out);
  }
};

}  // namespace custom
