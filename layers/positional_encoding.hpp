// What tells a model without recurrence where a token stands.
#pragma once

#include <cstddef>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parameter.hpp>
#include <tapegrad/core/rng.hpp>
#include <tapegrad/layers/dropout.hpp>

namespace tapegrad {

struct PositionalEncodingOptions {
  double dropout = 0.1;
  /// The longest sequence.
  std::size_t max_len = 5000;
};

inline namespace TAPEGRAD_PRECISION {

/// Adds a fixed pattern to each position, then dropout: [B, T, E] -> [B, T, E]. Position t gets
/// sin(t / 10000^(2i / E)) in column 2i and the cosine in column 2i + 1 (Vaswani et al., 2017).
struct PositionalEncoding {
  Tensor table;  // [max_len, E]
  Dropout dropout;

  explicit PositionalEncoding(std::size_t width, const PositionalEncodingOptions& options = {});

  /// Throws ShapeError when x is no [B, T, E] with T <= max_len.
  Tensor operator()(const Tensor& x, const Context& context) const;

  static void visit(auto&, auto&&) {}
};

/// Adds a learned row to each position, then dropout: [B, T, E] -> [B, T, E].
struct LearnedPositionalEncoding {
  Parameter weight;  // [max_len, E]
  Dropout dropout;

  /// Values are drawn from N(0, 0.02²), as BERT does.
  LearnedPositionalEncoding(std::size_t width, Rng& rng,
                            const PositionalEncodingOptions& options = {});

  /// Throws ShapeError when x is no [B, T, E] with T <= max_len.
  Tensor operator()(const Tensor& x, const Context& context) const;

  static void visit(auto& self, auto&& v) { v("weight", self.weight); }
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
