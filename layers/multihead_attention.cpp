#include <tapegrad/layers/multihead_attention.hpp>

#include <fmt/core.h>

#include <array>
#include <stdexcept>
#include <tapegrad/core/shapes.hpp>
#include <tapegrad/layers/init.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

constexpr const char* name = "MultiheadAttention";

Parameter xavier(std::size_t out, std::size_t in, Rng& rng) {
  Parameter weight(zeros({out, in}));
  init::xavier_uniform(weight, rng);
  return weight;
}

// Drawn as Linear draws it, the bias zero.
Linear output_projection(std::size_t width, bool bias, Rng& rng) {
  Linear out(width, width, rng, {.bias = false});
  if (bias) out.bias = Parameter(zeros({width}));
  return out;
}

}  // namespace

MultiheadAttention::MultiheadAttention(std::size_t embed_dim, std::size_t num_heads, Rng& rng,
                                       const MultiheadAttentionOptions& options)
    : out_proj(output_projection(embed_dim, options.bias, rng)),
      heads(num_heads),
      dropout(options.dropout) {
  if (embed_dim == 0 || num_heads == 0 || embed_dim % num_heads != 0) {
    throw std::invalid_argument(
        fmt::format("{}: num_heads is {}, must divide embed_dim, {}, and not be 0", name, num_heads,
                    embed_dim));
  }
  if (!(dropout >= 0 && dropout <= 1)) {
    throw std::invalid_argument(fmt::format("{}: dropout is {}, must be in [0, 1]", name, dropout));
  }
  const std::size_t kdim = options.kdim.value_or(embed_dim);
  const std::size_t vdim = options.vdim.value_or(embed_dim);
  if (kdim == embed_dim && vdim == embed_dim) {
    in_proj_weight = xavier(3 * embed_dim, embed_dim, rng);
  } else {
    q_proj_weight = xavier(embed_dim, embed_dim, rng);
    k_proj_weight = xavier(embed_dim, kdim, rng);
    v_proj_weight = xavier(embed_dim, vdim, rng);
  }
  if (options.bias) in_proj_bias = Parameter(zeros({3 * embed_dim}));
}

Tensor MultiheadAttention::project(std::size_t which, const char* argument, const Tensor& x) const {
  const auto width = static_cast<Index>(out_proj.weight.shape()[0]);
  const auto begin = static_cast<Index>(which) * width;
  const std::array separate{q_proj_weight, k_proj_weight, v_proj_weight};
  const Tensor weight = in_proj_weight.defined() ? slice(in_proj_weight, 0, begin, begin + width)
                                                 : Tensor(separate.at(which));
  const Tensor bias =
      in_proj_bias.defined() ? slice(in_proj_bias, 0, begin, begin + width) : Tensor();
  if (x.dim() != 3 || x.size(2) != weight.size(1)) {
    check_shape(false, name, argument, x.shape(), fmt::format("[B, T, {}]", weight.size(1)));
  }
  return linear(x, weight, bias);
}

Tensor MultiheadAttention::operator()(const Tensor& x, const Context& context,
                                      const AttentionMasks& masks) const {
  if (!in_proj_weight.defined()) return (*this)(x, x, x, context, masks);
  const std::size_t width = in_proj_weight.shape()[1];
  if (x.dim() != 3 || x.size(2) != width) {
    check_shape(false, name, "x", x.shape(), fmt::format("[B, T, {}]", width));
  }
  return out_proj(scaled_dot_product_attention(linear(x, in_proj_weight, in_proj_bias), masks,
                                               {.heads = heads, .dropout = dropout}, context));
}

Tensor MultiheadAttention::operator()(const Tensor& query, const Tensor& key, const Tensor& value,
                                      const Context& context, const AttentionMasks& masks) const {
  return out_proj(scaled_dot_product_attention(project(0, "query", query), project(1, "key", key),
                                               project(2, "value", value), masks,
                                               {.heads = heads, .dropout = dropout}, context));
}

Tensor MultiheadAttention::weights(const Tensor& query, const Tensor& key,
                                   const AttentionMasks& masks) const {
  return attention_weights(project(0, "query", query), project(1, "key", key), masks, heads);
}

Tensor MultiheadAttention::mean_weights(const Tensor& query, const Tensor& key,
                                        const AttentionMasks& masks) const {
  return mean(weights(query, key, masks), 1);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
