// Attention with learned projections.
#pragma once

#include <cstddef>
#include <optional>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parameter.hpp>
#include <tapegrad/core/rng.hpp>
#include <tapegrad/layers/linear.hpp>

namespace tapegrad {

struct MultiheadAttentionOptions {
  /// In training, the probability with which an attention weight is zeroed.
  double dropout = 0.0;
  bool bias = true;
  /// The widths of keys and values, if they are not that of the queries.
  std::optional<std::size_t> kdim = {};
  std::optional<std::size_t> vdim = {};
};

inline namespace TAPEGRAD_PRECISION {

/// torch.nn.MultiheadAttention: queries, keys and values are projected to E numbers each, cut into
/// heads that attend on their own (scaled_dot_product_attention), and projected once more.
/// Sequences are [B, T, E]; in masks, true = do not attend. A query that may attend to no key gets
/// zeros as attention, so out_proj.bias as result.
struct MultiheadAttention {
  Parameter in_proj_weight;  // [3 E, E]: of queries, keys, values; undefined with other widths
  Parameter q_proj_weight;   // [E, E], as the next two defined with other widths only
  Parameter k_proj_weight;   // [E, kdim]
  Parameter v_proj_weight;   // [E, vdim]
  Parameter in_proj_bias;    // [3 E], or undefined
  Linear out_proj;           // E -> E
  std::size_t heads;
  double dropout;

  /// The input projections are drawn as xavier_uniform does (in_proj_weight as one matrix), the
  /// output projection as Linear does; all biases are zero. Throws std::invalid_argument when
  /// num_heads does not divide embed_dim, or for a dropout outside [0, 1].
  MultiheadAttention(std::size_t embed_dim, std::size_t num_heads, Rng& rng,
                     const MultiheadAttentionOptions& options = {});

  /// Self-attention: [B, T, E] -> [B, T, E].
  Tensor operator()(const Tensor& x, const Context& context,
                    const AttentionMasks& masks = {}) const;
  /// query [B, Tq, E], key [B, Tk, kdim], value [B, Tk, vdim] -> [B, Tq, E].
  Tensor operator()(const Tensor& query, const Tensor& key, const Tensor& value,
                    const Context& context, const AttentionMasks& masks = {}) const;

  /// The attention weights, before dropout: [B, H, Tq, Tk]. Constants, without a gradient.
  Tensor weights(const Tensor& query, const Tensor& key, const AttentionMasks& masks = {}) const;
  /// Their mean over the heads: [B, Tq, Tk].
  Tensor mean_weights(const Tensor& query, const Tensor& key,
                      const AttentionMasks& masks = {}) const;

  static void visit(auto& self, auto&& v) {
    v("in_proj_weight", self.in_proj_weight);
    v("q_proj_weight", self.q_proj_weight);
    v("k_proj_weight", self.k_proj_weight);
    v("v_proj_weight", self.v_proj_weight);
    v("in_proj_bias", self.in_proj_bias);
    v("out_proj", self.out_proj);
  }

 private:
  // Queries, keys or values: 0, 1, 2.
  Tensor project(std::size_t which, const char* argument, const Tensor& x) const;
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
