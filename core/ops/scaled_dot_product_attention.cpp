#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>
#include <tapegrad/core/kernels/attention.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

constexpr const char* name = "scaled_dot_product_attention";

void check_heads(const char* argument, const Shape& shape, std::size_t heads) {
  if (heads > 0 && shape[2] % heads == 0) return;
  throw std::invalid_argument(
      fmt::format("{}: heads is {}, must divide the last dimension of {}, {}", name, heads,
                  argument, to_string(shape)));
}

void check_inputs(const Shape& q, const Shape& k, const Shape& v, std::size_t heads) {
  check_shape(q.size() == 3, name, "q", q, "[B, Tq, E]");
  if (k.size() != 3 || k[0] != q[0] || k[2] != q[2]) {
    check_shape(false, name, "k", k,
                fmt::format("[{}, Tk, {}] (q is {})", q[0], q[2], to_string(q)));
  }
  if (v.size() != 3 || v[0] != k[0] || v[1] != k[1]) {
    check_shape(false, name, "v", v,
                fmt::format("[{}, {}, Ev] (k is {})", k[0], k[1], to_string(k)));
  }
  check_heads("q", q, heads);
  check_heads("v", v, heads);
}

void check_masks(const AttentionMasks& masks, const AttentionInputs& in) {
  const std::size_t queries = in.q.tokens;
  const std::size_t keys = in.k.tokens;
  const auto shape_of = [](const Mask& mask) {
    return Shape(mask.shape().begin(), mask.shape().end());
  };
  const Shape padding = shape_of(masks.key_padding_mask);
  if (!padding.empty() && padding != Shape{in.batch, keys}) {
    check_shape(false, name, "key_padding_mask", padding, fmt::format("[{}, {}]", in.batch, keys));
  }
  const Shape attention = shape_of(masks.attn_mask);
  if (attention.empty() || attention == Shape{queries, keys} ||
      attention == Shape{in.batch, queries, keys} ||
      attention == Shape{in.batch, in.heads, queries, keys}) {
    return;
  }
  check_shape(false, name, "attn_mask", attention,
              fmt::format("[{2}, {3}], [{0}, {2}, {3}] or [{0}, {1}, {2}, {3}]", in.batch, in.heads,
                          queries, keys));
}

std::optional<WeightDropout> dropout_of(const AttentionOptions& options, const Context& context) {
  if (!(options.dropout >= 0 && options.dropout <= 1)) {
    throw std::invalid_argument(
        fmt::format("{}: dropout is {}, must be in [0, 1]", name, options.dropout));
  }
  if (!context.training || options.dropout == 0) return {};
  return WeightDropout{options.dropout, context.next_rng()};
}

// The heads of an array [B, T, ...] of which they take the columns from `column` on.
template <class Values>
auto heads_of(Values& x, std::size_t heads, std::size_t columns, std::size_t column = 0) {
  const auto& shape = x.shape();
  return Heads<std::remove_pointer_t<decltype(x.data())>>{
      x.data() + column, shape[1], shape[2], columns / std::max<std::size_t>(1, heads)};
}

AttentionInputs inputs(const Array& q, const Array& k, const Array& v, std::size_t heads) {
  return {q.shape()[0], heads, heads_of(q, heads, q.shape()[2]), heads_of(k, heads, k.shape()[2]),
          heads_of(v, heads, v.shape()[2])};
}

// q, k and v are the thirds of each row.
AttentionInputs packed_inputs(const Array& qkv, std::size_t heads) {
  const std::size_t width = qkv.shape()[2] / 3;
  return {qkv.shape()[0], heads, heads_of(qkv, heads, width), heads_of(qkv, heads, width, width),
          heads_of(qkv, heads, width, 2 * width)};
}

// What backward needs beside the inputs: the weights before dropout, which of them there are, and
// the generator of the dropout.
struct Kept {
  Array weights;
  std::vector<std::size_t> keys;
  std::optional<WeightDropout> dropout;
};

Array forward(const AttentionInputs& in, const AttentionMasks& masks, bool keep, Kept& kept) {
  const KeyMasks key_masks(masks, in.batch, in.heads, in.q.tokens, in.k.tokens);
  if (keep) {
    kept.weights = Array(Shape{in.batch, in.heads, in.q.tokens, in.k.tokens});
    kept.keys = key_masks.keys();
  }
  Array y(Shape{in.batch, in.q.tokens, in.heads * in.v.width});
  attend(in, key_masks, kept.dropout, keep ? kept.weights.data() : nullptr,
         heads_of(y, in.heads, y.shape()[2]));
  return y;
}

void backward(const AttentionInputs& in, const Kept& kept, const Array& dy,
              const AttentionGradients& to) {
  attention_gradients(in, kept.keys, kept.dropout, kept.weights.data(),
                      heads_of(dy, in.heads, dy.shape()[2]), to);
}

}  // namespace

// [B, Tq, E], [B, Tk, E], [B, Tk, Ev] -> [B, Tq, Ev]
Tensor scaled_dot_product_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                                    const AttentionMasks& masks, const AttentionOptions& options,
                                    const Context& context) {
  const ProfileSpan span(name);
  const std::size_t heads = options.heads;
  check_inputs(q.shape(), k.shape(), v.shape(), heads);
  const AttentionInputs in = inputs(q.value(), k.value(), v.value(), heads);
  check_masks(masks, in);
  Kept kept{{}, {}, dropout_of(options, context)};
  Tensor y(forward(in, masks, recording(q, k, v), kept));
  return record(name, {q, k, v}, std::move(y), saved(q, k, v),
                [heads, kept = std::move(kept)](const Array& dy, const Saved& s, Sink& sink) {
                  std::array<Array, 3> gradients;
                  AttentionGradients to{};
                  const std::array<Heads<Real>*, 3> places{&to.q, &to.k, &to.v};
                  for (std::size_t i = 0; i < 3; ++i) {
                    if (!sink.wants(i)) continue;
                    gradients[i] = Array(s[i].shape());
                    *places[i] = heads_of(gradients[i], heads, s[i].shape()[2]);
                  }
                  backward(inputs(s[0], s[1], s[2], heads), kept, dy, to);
                  for (std::size_t i = 0; i < 3; ++i) {
                    if (sink.wants(i)) sink.add(i, std::move(gradients[i]));
                  }
                });
}

// [B, T, 3 E] -> [B, T, E]
Tensor scaled_dot_product_attention(const Tensor& qkv, const AttentionMasks& masks,
                                    const AttentionOptions& options, const Context& context) {
  const ProfileSpan span(name);
  const Shape& shape = qkv.shape();
  check_shape(shape.size() == 3 && shape[2] % 3 == 0, name, "qkv", shape, "[B, T, 3 E]");
  const std::size_t width = shape[2] / 3;
  const std::size_t heads = options.heads;
  check_heads("each third of qkv", {shape[0], shape[1], width}, heads);
  const AttentionInputs in = packed_inputs(qkv.value(), heads);
  check_masks(masks, in);
  Kept kept{{}, {}, dropout_of(options, context)};
  Tensor y(forward(in, masks, recording(qkv), kept));
  return record(name, {qkv}, std::move(y), saved(qkv),
                [=, kept = std::move(kept)](const Array& dy, const Saved& s, Sink& sink) {
                  if (!sink.wants(0)) return;
                  Array gradient(s[0].shape());
                  backward(
                      packed_inputs(s[0], heads), kept, dy,
                      {heads_of(gradient, heads, width), heads_of(gradient, heads, width, width),
                       heads_of(gradient, heads, width, 2 * width)});
                  sink.add(0, std::move(gradient));
                });
}

Tensor attention_weights(const Tensor& q, const Tensor& k, const AttentionMasks& masks,
                         std::size_t heads) {
  const ProfileSpan span("attention_weights");
  const Shape& k_shape = k.shape();
  check_inputs(q.shape(), k_shape, k_shape, heads);
  const Array nothing(Shape{k_shape[0], k_shape[1], 0});
  const AttentionInputs in = inputs(q.value(), k.value(), nothing, heads);
  check_masks(masks, in);
  Kept kept;
  forward(in, masks, true, kept);
  // The rows of each head stand close together; those of keys that were left out are zero.
  const std::size_t queries = in.q.tokens;
  const std::size_t all_keys = in.k.tokens;
  Array weights = zeros(kept.weights.shape());
  for (std::size_t line = 0; line < in.batch * heads * queries; ++line) {
    const std::size_t tile = line / queries;
    const std::size_t keys = kept.keys[tile / heads];
    std::copy_n(kept.weights.data() + tile * queries * all_keys + line % queries * keys, keys,
                weights.data() + line * all_keys);
  }
  return Tensor(std::move(weights));
}

Mask causal_mask(std::size_t n) {
  Mask mask = Mask::from_shape(std::vector{n, n});
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) mask(i, j) = j > i;
  }
  return mask;
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto with = [](AttentionMasks masks, AttentionOptions options = {}) {
  return [=](const std::vector<Tensor>& x) {
    const Context context{.training = true};  // the same dropout at each call
    if (x.size() == 1) return scaled_dot_product_attention(x[0], masks, options, context);
    return scaled_dot_product_attention(x[0], x[1], x[2], masks, options, context);
  };
};
const auto of = [](const Shape& q, const Shape& k, const Shape& v) {
  return std::vector<Array>{distinct(q), distinct(k, 1), distinct(v, 2)};
};
const auto reject = [](const Shape& q, const Shape& k, const Shape& v, AttentionOptions options,
                       AttentionMasks masks = {}) {
  return [=] {
    scaled_dot_product_attention(Tensor(zeros(q)), Tensor(zeros(k)), Tensor(zeros(v)), masks,
                                 options, Context{.training = true});
  };
};
// The second sequence is padded, the third one is all padding; the first has a gap.
const Mask padding = {
    {false, true, false, false}, {false, false, true, true}, {true, true, true, true}};
// The second query may attend to nothing.
const Mask some = {
    {false, true, false, false}, {true, true, true, true}, {true, false, false, true}};
const Mask some_per_head = {{{{false, true}, {true, true}}, {{false, false}, {true, false}}},
                            {{{true, false}, {false, true}}, {{true, true}, {false, false}}}};
const bool samples = add_samples(
    "scaled_dot_product_attention",
    {{"one head", of({2, 3, 4}, {2, 5, 4}, {2, 5, 4}), with({})},
     {"two heads, wider values", of({2, 3, 4}, {2, 5, 4}, {2, 5, 6}), with({}, {.heads = 2})},
     {"keys left out", of({3, 3, 4}, {3, 4, 4}, {3, 4, 4}), with({padding, {}}, {.heads = 2})},
     {"a query that attends to nothing", of({2, 3, 2}, {2, 4, 2}, {2, 4, 2}),
      with({{}, some}, {.heads = 2})},
     {"both masks", of({3, 3, 2}, {3, 4, 2}, {3, 4, 2}), with({padding, some}, {.heads = 2})},
     {"a mask for each sequence", of({2, 2, 4}, {2, 2, 4}, {2, 2, 4}),
      with({{}, Mask{{{false, true}, {true, true}}, {{false, false}, {true, false}}}},
           {.heads = 2})},
     {"a mask for each head", of({2, 2, 4}, {2, 2, 4}, {2, 2, 4}),
      with({{}, some_per_head}, {.heads = 2})},
     {"packed", {distinct({2, 3, 12})}, with({}, {.heads = 2})},
     {"packed and padded", {distinct({3, 4, 12})}, with({padding, causal_mask(4)}, {.heads = 2})},
     {"dropout", of({2, 3, 4}, {2, 5, 4}, {2, 5, 4}), with({}, {.heads = 2, .dropout = 0.5})},
     {"packed, with dropout and padding",
      {distinct({3, 4, 12})},
      with({padding, {}}, {.heads = 2, .dropout = 0.4})},
     {"all dropped", {distinct({1, 3, 6})}, with({}, {.dropout = 1})},
     {"size 1", of({1, 1, 1}, {1, 1, 1}, {1, 1, 1}), with({})},
     {"no queries", of({2, 0, 4}, {2, 3, 4}, {2, 3, 4}), with({})},
     {"no keys", of({2, 3, 4}, {2, 0, 4}, {2, 0, 4}), with({})},
     {"no sequences", of({0, 3, 4}, {0, 3, 4}, {0, 3, 4}), with({})},
     {"one input three times",
      {distinct({2, 3, 4})},
      [](const auto& x) { return scaled_dot_product_attention(x[0], x[0], x[0]); }}},
    {{"attention: q has shape [2, 4], [B, Tq, E] is wanted", reject({2, 4}, {2, 4}, {2, 4}, {})},
     {"attention: k has shape [2, 3, 5], [2, Tk, 4] (q is [2, 3, 4]) is wanted",
      reject({2, 3, 4}, {2, 3, 5}, {2, 3, 4}, {})},
     {"attention: v has shape [2, 2, 4], [2, 3, Ev] (k is [2, 3, 4]) is wanted",
      reject({2, 3, 4}, {2, 3, 4}, {2, 2, 4}, {})},
     {"attention: heads is 3, must divide the last dimension of q, [2, 3, 4]",
      reject({2, 3, 4}, {2, 3, 4}, {2, 3, 4}, {.heads = 3})},
     {"attention: heads is 0, must divide", reject({2, 3, 4}, {2, 3, 4}, {2, 3, 4}, {.heads = 0})},
     {"attention: dropout is 1.5, must be in [0, 1]",
      reject({2, 3, 4}, {2, 3, 4}, {2, 3, 4}, {.dropout = 1.5})},
     {"attention: key_padding_mask has shape [3, 4], [2, 3] is wanted",
      reject({2, 3, 4}, {2, 3, 4}, {2, 3, 4}, {}, {padding, {}})},
     {"attention: attn_mask has shape [3, 4], [3, 3], [2, 3, 3] or [2, 2, 3, 3] is wanted",
      reject({2, 3, 4}, {2, 3, 4}, {2, 3, 4}, {.heads = 2}, {{}, some})},
     {"attention: qkv has shape [2, 3, 4], [B, T, 3 E] is wanted", [] {
        scaled_dot_product_attention(Tensor(zeros({2, 3, 4})));
      }}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
