#include <tapegrad/layers/embedding_bag.hpp>

#include <tapegrad/core/kernels/bags.hpp>
#include <tapegrad/core/max_norm.hpp>
#include <tapegrad/layers/table.hpp>
#include <utility>

namespace tapegrad::inline TAPEGRAD_PRECISION {

EmbeddingBag::EmbeddingBag(std::size_t rows, std::size_t width, Rng& rng,
                           const EmbeddingBagOptions& options)
    : EmbeddingBag(table::random("EmbeddingBag", rows, width, rng, options.padding_idx), options) {}

EmbeddingBag::EmbeddingBag(Parameter table, const EmbeddingBagOptions& options)
    : weight(table::shared("EmbeddingBag", std::move(table), options.padding_idx)),
      mode(options.mode),
      padding_idx(table::padding("EmbeddingBag", weight.shape(), options.padding_idx)),
      max_norm(options.max_norm),
      norm_type(options.norm_type),
      scale_grad_by_freq(options.scale_grad_by_freq) {
  check_max_norm("EmbeddingBag", weight, max_norm, norm_type);
  check_bag_mode("EmbeddingBag", mode, scale_grad_by_freq);
}

EmbeddingBag EmbeddingBag::from_pretrained(Array weights, const PretrainedBagOptions& options) {
  return EmbeddingBag(table::pretrained("EmbeddingBag::from_pretrained", std::move(weights),
                                        options.freeze, options.padding_idx),
                      {.mode = options.mode,
                       .padding_idx = options.padding_idx,
                       .max_norm = options.max_norm,
                       .norm_type = options.norm_type,
                       .scale_grad_by_freq = options.scale_grad_by_freq});
}

void EmbeddingBag::use_quantized(QuantizedTable table) {
  quantized = std::make_shared<const QuantizedTable>(std::move(table));
  weight = Parameter();
}

Tensor EmbeddingBag::operator()(const Bags& bags, const Tensor& weights) const {
  if (quantized) {
    return embedding_bag(*quantized, bags, {.mode = mode, .padding_idx = padding_idx}, weights);
  }
  return embedding_bag(weight, bags, {mode, padding_idx, max_norm, norm_type, scale_grad_by_freq},
                       weights);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
