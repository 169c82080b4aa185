#include <tapegrad/layers/text_embedding.hpp>

#include <tapegrad/core/visit.hpp>
#include <utility>

namespace tapegrad::inline TAPEGRAD_PRECISION {

TextEmbedding::TextEmbedding(Embedding embedding_, const TextEmbeddingOptions& options)
    : embedding(std::move(embedding_)), dropout(options.dropout) {
  if (options.freeze) freeze(embedding.weight);
}

TextEmbedding::TextEmbedding(std::size_t rows, std::size_t width, Rng& rng,
                             const TextEmbeddingOptions& options)
    : TextEmbedding(Embedding(rows, width, rng, {.padding_idx = options.padding_idx}), options) {}

TextEmbedding TextEmbedding::from_pretrained(Array weights, const TextEmbeddingOptions& options) {
  return TextEmbedding(
      Embedding::from_pretrained(std::move(weights),
                                 {.freeze = options.freeze, .padding_idx = options.padding_idx}),
      options);
}

Tensor TextEmbedding::operator()(const IndexArray& ids, const Context& context) const {
  return dropout(embedding(ids), context);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
