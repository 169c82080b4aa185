// A layer of our own: the gated recurrent unit (Cho et al., EMNLP 2014).
#pragma once

#include <cstddef>
#include <tapegrad/tapegrad.hpp>
#include <vector>

namespace custom {

namespace tg = tapegrad;

/// Reads sequences word by word and keeps a state of H numbers for each. torch.nn.GRU with one
/// layer, one direction, batch_first and an initial state of zeros: its formulas, its names, its
/// layouts, so that weights travel both ways.
struct GRU {
  tg::Parameter weight_ih_l0;  // [3 H, I], the rows of the gates r, z and n; so are the others
  tg::Parameter weight_hh_l0;  // [3 H, H]
  tg::Parameter bias_ih_l0;    // [3 H]
  tg::Parameter bias_hh_l0;    // [3 H]

  /// Words of I numbers, states of H; everything is drawn from U(±1 / sqrt(H)).
  GRU(std::size_t in, std::size_t hidden, tg::Rng& rng);

  /// The state after the last word of each sequence: x is [B, T, I], `padding` [B, T] is true where
  /// there is no word -> [B, H]. It is zero for a sequence without words.
  tg::Tensor operator()(const tg::Tensor& x, const tg::Mask& padding) const;
  /// All states: T + 1 tensors [B, H]. Number 0 is the state before the first word, number t + 1
  /// the one after word t; where that is padding, the same as before it.
  std::vector<tg::Tensor> states(const tg::Tensor& x, const tg::Mask& padding) const;

  /// Names the parameters. Freezing, counting, cloning, saving and optimizers all use it.
  static void visit(auto& self, auto&& v) {
    v("weight_ih_l0", self.weight_ih_l0);
    v("weight_hh_l0", self.weight_hh_l0);
    v("bias_ih_l0", self.bias_ih_l0);
    v("bias_hh_l0", self.bias_hh_l0);
  }
};

}  // namespace custom
