#include <tapegrad/core/kernels/attention.hpp>

#include <algorithm>
#include <cmath>
#include <tapegrad/core/kernels/dropping.hpp>
#include <tapegrad/core/kernels/matmul.hpp>
#include <tapegrad/core/kernels/simd.hpp>
#include <tapegrad/core/parallel.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

MatrixView view(const Heads<const Real>& heads, std::size_t b, std::size_t h,
                bool transposed = false) {
  return {heads.of(b, h), heads.row, transposed};
}

Real scale_of(const AttentionInputs& in) {
  return static_cast<Real>(1 / std::sqrt(static_cast<double>(in.q.width)));
}

// Calls body(b, h, tile) for each head of each sequence, in parallel; `make` makes what a thread
// needs for all of its tiles.
template <class Make, class Body>
void for_each_tile(const AttentionInputs& in, const Make& make, const Body& body) {
  const std::size_t width = in.q.width + in.v.width;
  const std::size_t cost = in.q.tokens * (in.k.tokens * (4 + width / 16) + width);
  parallel_ranges(in.batch * in.heads, cost, [&](std::size_t begin, std::size_t end) {
    auto scratch = make();
    for (std::size_t tile = begin; tile < end; ++tile) {
      body(tile / in.heads, tile % in.heads, tile, scratch);
    }
  });
}

void drop(const WeightDropout& dropout, std::size_t tile, const Real* from, Real* to,
          std::size_t n) {
  simd().dropout(dropping(dropout.p, dropout.rng.split(tile), from, to), 0, n);
}

// Positions that nobody attends to.
void clear_rows(const Heads<Real>& heads, std::size_t b, std::size_t h, std::size_t from) {
  for (std::size_t t = from; t < heads.tokens; ++t) {
    std::fill_n(heads.of(b, h) + t * heads.row, heads.width, Real(0));
  }
}

}  // namespace

KeyMasks::KeyMasks(const AttentionMasks& masks, std::size_t batch, std::size_t heads,
                   std::size_t queries, std::size_t keys)
    : padding_(masks.key_padding_mask),
      attention_(masks.attn_mask),
      all_keys_(keys),
      keys_(batch, keys),
      gaps_(batch, false) {
  const std::size_t dimensions = attention_.dimension();
  if (dimensions == 4) head_stride_ = queries * keys;
  if (dimensions > 2) batch_stride_ = (dimensions == 4 ? heads : 1) * queries * keys;
  if (padding_.dimension() == 0) return;
  for (std::size_t b = 0; b < batch; ++b) {
    const bool* row = padding_.data() + b * keys;
    while (keys_[b] > 0 && row[keys_[b] - 1]) --keys_[b];
    gaps_[b] = std::count(row, row + keys_[b], true) > 0;
  }
}

const bool* KeyMasks::row(std::size_t b, std::size_t h, std::size_t query, bool* scratch) const {
  const bool* padding = gaps_[b] ? padding_.data() + b * all_keys_ : nullptr;
  if (attention_.dimension() == 0) return padding;
  const bool* row = attention_.data() + b * batch_stride_ + h * head_stride_ + query * all_keys_;
  if (padding == nullptr) return row;
  for (std::size_t key = 0; key < keys_[b]; ++key) scratch[key] = padding[key] || row[key];
  return scratch;
}

void attend(const AttentionInputs& in, const KeyMasks& masks,
            const std::optional<WeightDropout>& dropout, Real* weights, const Heads<Real>& y) {
  struct Scratch {
    Array scores, weights;
    Mask row;
  };
  const std::size_t queries = in.q.tokens;
  const std::size_t all_keys = in.k.tokens;
  const auto make = [&] {
    return Scratch{Array(Shape{queries, all_keys}),
                   weights == nullptr ? Array(Shape{queries, all_keys}) : Array(),
                   Mask(Mask::shape_type{all_keys})};
  };
  for_each_tile(in, make, [&](std::size_t b, std::size_t h, std::size_t tile, Scratch& scratch) {
    const std::size_t keys = masks.keys()[b];
    Real* scores = scratch.scores.data();
    matmul(queries, keys, in.q.width, view(in.q, b, h), view(in.k, b, h, true), scores, keys);
    Real* kept = weights == nullptr ? scratch.weights.data() : weights + tile * queries * all_keys;
    for (std::size_t query = 0; query < queries; ++query) {
      simd().masked_softmax(scores + query * keys, masks.row(b, h, query, scratch.row.data()),
                            scale_of(in), kept + query * keys, keys);
    }
    if (dropout) drop(*dropout, tile, kept, scores, queries * keys);
    matmul(queries, y.width, keys, {dropout ? scores : kept, keys}, view(in.v, b, h), y.of(b, h),
           y.row);
  });
}

void attention_gradients(const AttentionInputs& in, const std::vector<std::size_t>& all_keys,
                         const std::optional<WeightDropout>& dropout, const Real* weights,
                         const Heads<const Real>& dy, const AttentionGradients& to) {
  struct Scratch {
    Array one, other;
  };
  const std::size_t queries = in.q.tokens;
  const std::size_t stride = queries * in.k.tokens;
  const auto make = [&] { return Scratch{Array(Shape{stride}), Array(Shape{stride})}; };
  for_each_tile(in, make, [&](std::size_t b, std::size_t h, std::size_t tile, Scratch& scratch) {
    const std::size_t keys = all_keys[b];
    const Real* kept = weights + tile * stride;
    Real* one = scratch.one.data();
    Real* other = scratch.other.data();
    if (to.v.data != nullptr) {  // dv = dropout(weights)^T dy
      if (dropout) drop(*dropout, tile, kept, one, queries * keys);
      matmul(keys, in.v.width, queries, {dropout ? one : kept, keys, true}, view(dy, b, h),
             to.v.of(b, h), to.v.row);
      clear_rows(to.v, b, h, keys);
    }
    if (to.q.data == nullptr && to.k.data == nullptr) return;
    // The gradient of the weights, dy v^T, then that of the scores.
    matmul(queries, keys, in.v.width, view(dy, b, h), view(in.v, b, h, true), one, keys);
    if (dropout) {
      drop(*dropout, tile, one, other, queries * keys);
      std::swap(one, other);
    }
    for (std::size_t query = 0; query < queries; ++query) {
      const std::size_t at = query * keys;
      simd().softmax_gradient(kept + at, one + at, other + at, keys);
    }
    const Real scale = scale_of(in);
    for (std::size_t i = 0; i < queries * keys; ++i) other[i] *= scale;
    if (to.q.data != nullptr) {
      matmul(queries, in.q.width, keys, {other, keys}, view(in.k, b, h), to.q.of(b, h), to.q.row);
    }
    if (to.k.data == nullptr) return;
    matmul(keys, in.q.width, queries, {other, keys, true}, view(in.q, b, h), to.k.of(b, h),
           to.k.row);
    clear_rows(to.k, b, h, keys);
  });
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
