#include <tapegrad/layers/transformer.hpp>

#include <fmt/core.h>

#include <tapegrad/core/shapes.hpp>
#include <tapegrad/core/visit.hpp>
#include <tapegrad/layers/init.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

TransformerOptions with_final_norm(TransformerOptions options) {
  options.final_norm = true;
  return options;
}

}  // namespace

Transformer::Transformer(std::size_t d_model, std::size_t nhead, std::size_t num_encoder_layers,
                         std::size_t num_decoder_layers, Rng& rng,
                         const TransformerOptions& options)
    : encoder(d_model, nhead, num_encoder_layers, rng, with_final_norm(options)),
      decoder(d_model, nhead, num_decoder_layers, rng, with_final_norm(options)) {
  for_each_parameter(*this, [&rng](const std::string&, const Parameter& p) {
    if (p.shape().size() > 1) init::xavier_uniform(p, rng);
  });
}

Tensor Transformer::operator()(const Tensor& src, const Tensor& tgt, const Context& context,
                               const TransformerMasks& masks) const {
  if (src.dim() != 3 || tgt.dim() != 3 || src.size(0) != tgt.size(0)) {
    check_shape(false, "Transformer", "tgt", tgt.shape(),
                fmt::format("[B, Tt, E] with the B of src, {},", to_string(src.shape())));
  }
  return decoder(tgt, encoder(src, context, masks.src), context, masks.tgt, masks.memory);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
