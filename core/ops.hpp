// The operations: the public page. Each lives in core/ops/NAME.cpp, with its backward and samples.
//
// Letters for shapes: N items, B batch, T tokens, V table rows, D width, C classes; [...] is any
// shape. Elementwise operations of two inputs broadcast as NumPy does. A negative axis counts from
// the end. Wrong shapes throw ShapeError, wrong axes, ids, labels and offsets IndexError.
#pragma once

#include <optional>
#include <tapegrad/core/context.hpp>
#include <tapegrad/core/tape.hpp>
#include <tapegrad/core/tensor.hpp>
#include <vector>

namespace tapegrad {

/// Truth values; in masks, true = leave this one out.
using Mask = xt::xarray<bool, xt::layout_type::row_major>;

/// The ids of B bags. Either ids is [B, L], each row a bag, and offsets is left out; or ids is [N]
/// and bag b is ids[offsets[b]] .. ids[offsets[b + 1]], the last ending at N. With
/// include_last_offset, offsets has B + 1 entries, the last one N (the indptr of a CSR matrix).
struct Bags {
  IndexArray ids;
  IndexArray offsets = {};
  bool include_last_offset = false;
};

/// What a bag of rows becomes; the mean is that of the entries that are not padding.
enum class BagMode { sum, mean, max };

struct EmbeddingOptions {
  /// Positions with this id get the row as it is, but give it no gradient.
  std::optional<Index> padding_idx = {};
};

struct EmbeddingBagOptions {
  BagMode mode = BagMode::mean;
  /// Positions with this id are left out of the bag.
  std::optional<Index> padding_idx = {};
};

/// What attention leaves out; a mask that is not given leaves out nothing.
struct AttentionMasks {
  /// [B, Tk]: keys that no query attends to, as a rule padding.
  Mask key_padding_mask = {};
  /// [Tq, Tk], [B, Tq, Tk] or [B, H, Tq, Tk]: keys that a query does not attend to.
  Mask attn_mask = {};
};

struct AttentionOptions {
  /// Into so many parts queries, keys and values are cut, each of which attends on its own.
  std::size_t heads = 1;
  /// In training, the probability with which a weight is zeroed.
  double dropout = 0.0;
};

/// What becomes of the losses of the items.
enum class Reduction { mean, sum, none };

struct CrossEntropyOptions {
  /// One weight for each class; empty: all 1.
  std::vector<double> class_weights = {};
  /// Items with this label count for nothing.
  Index ignore_index = -100;
  /// The share of the target spread evenly over all classes, in [0, 1].
  double label_smoothing = 0.0;
  Reduction reduction = Reduction::mean;
};

inline namespace TAPEGRAD_PRECISION {

// Arithmetic, element by element, with broadcasting: a + b, a - b, a * b, a / b, -x.
Tensor add(const Tensor& a, const Tensor& b);
Tensor sub(const Tensor& a, const Tensor& b);
Tensor mul(const Tensor& a, const Tensor& b);
Tensor div(const Tensor& a, const Tensor& b);
Tensor neg(const Tensor& x);
inline Tensor operator+(const Tensor& a, const Tensor& b) {
  return add(a, b);
}
inline Tensor operator-(const Tensor& a, const Tensor& b) {
  return sub(a, b);
}
inline Tensor operator*(const Tensor& a, const Tensor& b) {
  return mul(a, b);
}
inline Tensor operator/(const Tensor& a, const Tensor& b) {
  return div(a, b);
}
inline Tensor operator-(const Tensor& x) {
  return neg(x);
}

// Products.
/// [..., M, K] x [..., K, N] -> [..., M, N]; the leading dimensions broadcast. Both need at least
/// two dimensions.
Tensor matmul(const Tensor& a, const Tensor& b);
/// x W^T + b: x is [..., in], weight [out, in], bias [out] or undefined -> [..., out].
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});

// Shapes.
/// Swaps two axes; the last two by default.
Tensor transpose(const Tensor& x, int axis1 = -2, int axis2 = -1);
/// The same elements in another shape of the same count.
Tensor reshape(const Tensor& x, const Shape& shape);
/// Joins along an axis; all other dimensions must agree. At least one tensor.
Tensor concat(const std::vector<Tensor>& tensors, int axis = 0);
/// The part begin .. end-1 of an axis; 0 <= begin <= end <= size.
Tensor slice(const Tensor& x, int axis, Index begin, Index end);

// Reductions.
/// The sum of all elements -> [].
Tensor sum(const Tensor& x);
/// The sum along one axis, which disappears, or stays with size 1.
Tensor sum(const Tensor& x, int axis, bool keep_axis = false);
/// The mean of all elements -> []; NaN if there are none.
Tensor mean(const Tensor& x);
/// The mean along one axis.
Tensor mean(const Tensor& x, int axis, bool keep_axis = false);
/// The mean over T of the positions that are not masked: x is [B, T, D], mask [B, T], true = left
/// out -> [B, D]; zeros where all are.
Tensor masked_mean(const Tensor& x, const Mask& mask);

// Elementwise functions: [...] -> [...].
/// e^x.
Tensor exp(const Tensor& x);
/// The natural logarithm; -inf at 0, NaN below.
Tensor log(const Tensor& x);
/// max(x, 0); NaN passes on; the gradient at 0 is 0.
Tensor relu(const Tensor& x);
/// x Φ(x) with the exact normal distribution function (PyTorch's default, approximate='none').
Tensor gelu(const Tensor& x);
/// The hyperbolic tangent.
Tensor tanh(const Tensor& x);
/// 1 / (1 + e^-x), without overflow.
Tensor sigmoid(const Tensor& x);

// Distributions and losses.
/// e^x over its sum along the axis, without overflow. A line of -inf only, or with a NaN or +inf,
/// becomes NaN.
Tensor softmax(const Tensor& x, int axis = -1);
/// The logarithm of softmax, exact where the softmax itself rounds to 0.
Tensor log_softmax(const Tensor& x, int axis = -1);
/// In training each element is zeroed with probability p and the others are scaled by 1 / (1 - p);
/// otherwise the identity. p must be in [0, 1]. torch.nn.functional.dropout.
Tensor dropout(const Tensor& x, double p, const Context& context);
/// logits [N, C], labels [N] in 0 .. C-1 or ignore_index -> [], or [N] with Reduction::none. The
/// mean is weighted as torch.nn.CrossEntropyLoss does it; with nothing to average it is 0.
Tensor cross_entropy(const Tensor& logits, const IndexArray& labels,
                     const CrossEntropyOptions& options = {});

// Normalization and attention.
/// (x - mean) / sqrt(variance + eps) * weight + bias, with mean and variance over the last
/// dimensions, which must be normalized_shape, as must be weight and bias where they are given:
/// [...] -> [...]. torch.nn.functional.layer_norm.
Tensor layer_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight = {},
                  const Tensor& bias = {}, double eps = 1e-5);
/// softmax(q k^T / sqrt(d)) v for each of H heads: q [B, Tq, E], k [B, Tk, E], v [B, Tk, Ev] ->
/// [B, Tq, Ev]; head h has the numbers h d .. (h + 1) d - 1 of E, d = E / H, and alike of Ev. A
/// query that may attend to no key gets zeros. torch.nn.functional.scaled_dot_product_attention.
Tensor scaled_dot_product_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                                    const AttentionMasks& masks = {},
                                    const AttentionOptions& options = {},
                                    const Context& context = {});
/// The same for q, k and v side by side: [B, T, 3 E] -> [B, T, E].
Tensor scaled_dot_product_attention(const Tensor& qkv, const AttentionMasks& masks = {},
                                    const AttentionOptions& options = {},
                                    const Context& context = {});
/// The weights softmax(q k^T / sqrt(d)), before dropout: q [B, Tq, E], k [B, Tk, E] ->
/// [B, H, Tq, Tk]; all zero for a query that may attend to no key. A constant: no gradient.
Tensor attention_weights(const Tensor& q, const Tensor& k, const AttentionMasks& masks = {},
                         std::size_t heads = 1);
/// [n, n], true above the diagonal: position i attends to the positions 0 .. i.
Mask causal_mask(std::size_t n);

// Tables.
/// table [V, D], ids [...] in 0 .. V-1 -> [..., D]. The table's gradient is rows.
/// torch.nn.functional.embedding.
Tensor embedding(const Tensor& table, const IndexArray& ids, const EmbeddingOptions& options = {});
/// table [V, D] -> [B, D]: the sum, mean or maximum of the rows of each bag; zeros for a bag
/// without ids or of padding only. `weights`, of the shape of the ids, scale the rows of a sum.
/// torch.nn.functional.embedding_bag.
Tensor embedding_bag(const Tensor& table, const Bags& bags, const EmbeddingBagOptions& options = {},
                     const Tensor& weights = {});
/// True where the id is the padding id.
Mask padding_mask(const IndexArray& ids, Index padding_idx);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
