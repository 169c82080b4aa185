// Attention of one head of one sequence after the other, in parallel: what belongs to one pair of
// them stays in the cache.
#pragma once

#include <cstddef>
#include <optional>
#include <tapegrad/core/array.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/rng.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// The numbers of all heads in memory that somebody else owns: those of position t, head h of
/// sequence b are the `width` ones from data + (b tokens + t) row + h width on.
template <class Number>
struct Heads {
  Number* data;
  std::size_t tokens;
  std::size_t row;
  std::size_t width;

  /// The first position of a head, [T, width].
  Number* of(std::size_t b, std::size_t h) const { return data + b * tokens * row + h * width; }
};

/// What an attention is computed from.
struct AttentionInputs {
  std::size_t batch, heads;
  Heads<const Real> q, k, v;
};

/// Masks, as the loops read them. Keys behind the last one that the padding mask lets through are
/// not even computed.
class KeyMasks {
 public:
  /// The masks must have the shapes that AttentionMasks says.
  KeyMasks(const AttentionMasks& masks, std::size_t batch, std::size_t heads, std::size_t queries,
           std::size_t keys);

  /// How many keys of a sequence are to be looked at.
  const std::vector<std::size_t>& keys() const { return keys_; }
  /// Which of them this query leaves out; null if none. `scratch` has room for a number a key.
  const bool* row(std::size_t b, std::size_t h, std::size_t query, bool* scratch) const;

 private:
  const Mask& padding_;
  const Mask& attention_;
  std::size_t all_keys_;
  std::size_t batch_stride_ = 0, head_stride_ = 0;  // of attention_
  std::vector<std::size_t> keys_;
  std::vector<bool> gaps_;  // whether the padding mask leaves out one of keys_[b]
};

/// A dropout of weights.
struct WeightDropout {
  double p;
  Rng rng;
};

/// y = dropout(softmax(q k^T / sqrt(d))) v. Keeps the softmax in `weights`, if it is not null: that
/// of sequence b, head h is [Tq, keys[b]] from weights + (b H + h) Tq Tk on.
void attend(const AttentionInputs& in, const KeyMasks& masks,
            const std::optional<WeightDropout>& dropout, Real* weights, const Heads<Real>& y);

/// The gradients of q, k and v, each only if its data is not null, from that of y and the weights
/// that attend kept.
struct AttentionGradients {
  Heads<Real> q, k, v;
};
void attention_gradients(const AttentionInputs& in, const std::vector<std::size_t>& keys,
                         const std::optional<WeightDropout>& dropout, const Real* weights,
                         const Heads<const Real>& dy, const AttentionGradients& to);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
