#include <tapegrad/layers/embedding.hpp>

#include <tapegrad/core/max_norm.hpp>
#include <tapegrad/layers/table.hpp>
#include <utility>

namespace tapegrad::inline TAPEGRAD_PRECISION {

Embedding::Embedding(std::size_t rows, std::size_t width, Rng& rng, const EmbeddingOptions& options)
    : Embedding(table::random("Embedding", rows, width, rng, options.padding_idx), options) {}

Embedding::Embedding(Parameter table, const EmbeddingOptions& options)
    : weight(table::shared("Embedding", std::move(table), options.padding_idx)),
      padding_idx(table::padding("Embedding", weight.shape(), options.padding_idx)),
      max_norm(options.max_norm),
      norm_type(options.norm_type),
      scale_grad_by_freq(options.scale_grad_by_freq) {
  check_max_norm("Embedding", weight, max_norm, norm_type);
}

Embedding Embedding::from_pretrained(Array weights, const PretrainedOptions& options) {
  return Embedding(table::pretrained("Embedding::from_pretrained", std::move(weights),
                                     options.freeze, options.padding_idx),
                   {.padding_idx = options.padding_idx,
                    .max_norm = options.max_norm,
                    .norm_type = options.norm_type,
                    .scale_grad_by_freq = options.scale_grad_by_freq});
}

void Embedding::use_quantized(QuantizedTable table) {
  quantized = std::make_shared<const QuantizedTable>(std::move(table));
  weight = Parameter();
}

Tensor Embedding::operator()(const IndexArray& ids) const {
  if (quantized) return embedding(*quantized, ids);
  return embedding(weight, ids, {padding_idx, max_norm, norm_type, scale_grad_by_freq});
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
