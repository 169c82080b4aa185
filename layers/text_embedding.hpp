// An embedding for the start of a text model: a table, pretrained or not, with dropout behind it.
#pragma once

#include <cstddef>
#include <optional>
#include <tapegrad/layers/dropout.hpp>
#include <tapegrad/layers/embedding.hpp>

namespace tapegrad {

struct TextEmbeddingOptions {
  /// The padding id; negative counts from the end.
  std::optional<Index> padding_idx = 0;
  /// Keeps the table as it is.
  bool freeze = false;
  double dropout = 0.0;
};

inline namespace TAPEGRAD_PRECISION {

/// Embedding, then Dropout: ids [...] -> [..., D].
struct TextEmbedding {
  Embedding embedding;
  Dropout dropout;

  /// A random table; errors as Embedding's and Dropout's.
  TextEmbedding(std::size_t rows, std::size_t width, Rng& rng,
                const TextEmbeddingOptions& options = {});
  /// A table of its own with these values [V, D], as Embedding::from_pretrained, but trained unless
  /// the options freeze it.
  static TextEmbedding from_pretrained(Array weights, const TextEmbeddingOptions& options = {});

  Tensor operator()(const IndexArray& ids, const Context& context) const;
  template <NoIds E>
  Tensor operator()(const xt::xexpression<E>& ids, const Context& context) const = delete;

  static void visit(auto& self, auto&& v) {
    v("embedding", self.embedding);
    v("dropout", self.dropout);
  }

 private:
  TextEmbedding(Embedding embedding_, const TextEmbeddingOptions& options);
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
