// The layer table: one row a layer, each run through the layer check.
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/layers/check.hpp>
#include <tapegrad/tapegrad.hpp>

namespace tg = tapegrad;

namespace {

struct Row {
  std::string file;  // layers/FILE.hpp
  std::string what;
  std::function<std::string()> check;
};

template <class Layer>
Row row(std::string file, std::string what, tg::LayerSample<Layer> sample) {
  return {std::move(file), std::move(what), [sample] { return tg::check_layer(sample); }};
}

// The layer on its first input.
template <class Layer>
tg::Tensor on_input(const Layer& layer, const std::vector<tg::Tensor>& x) {
  if constexpr (std::is_invocable_v<const Layer&, const tg::Tensor&, const tg::Context&>) {
    tg::Context context;
    context.training = true;
    return layer(x[0], context);
  } else {
    return layer(x[0]);
  }
}

template <class Layer>
Row activation(std::string what) {
  return row<Layer>("activations", std::move(what),
                    {.make = [](tg::Rng&) { return Layer(); },
                     .call = on_input<Layer>,
                     .inputs = {tg::distinct({3, 4})}});
}

const tg::Array four_rows = {{0, 0, 0}, {1, -2, 3}, {4, 5, -6}, {-7, 8, 9}};
const tg::IndexArray some_ids = {{0, 1, 1}, {3, 0, 2}};
const tg::Bags some_bags = {.ids = {0, 1, 1, 3, 0, 2}, .offsets = {0, 2, 2}};

template <class Layer>
tg::Tensor on_ids(const Layer& layer, const std::vector<tg::Tensor>&) {
  return layer(some_ids);
}

tg::Tensor on_bags(const tg::EmbeddingBag& layer, const std::vector<tg::Tensor>&) {
  return layer(some_bags);
}

const tg::Mask some_padding = {{false, false, false}, {false, true, true}};

// A layer of sequences on its first input, or two, with some padding.
template <class Layer>
tg::Tensor on_padded(const Layer& layer, const std::vector<tg::Tensor>& x) {
  const tg::Context context{.training = true};
  if constexpr (std::is_invocable_v<const Layer&, const tg::Tensor&, const tg::Tensor&,
                                    const tg::Context&>) {
    return layer(x[0], x[1], context);
  } else {
    return layer(x[0], context, {.key_padding_mask = some_padding});
  }
}

// Names with a prefix each.
std::vector<std::string> names(const std::vector<std::string>& prefixes,
                               const std::vector<std::string>& all) {
  std::vector<std::string> result;
  for (const std::string& prefix : prefixes) {
    for (const std::string& name : all) result.push_back(prefix + name);
  }
  return result;
}

const std::vector<std::string> attention_names = {"in_proj_weight", "in_proj_bias",
                                                  "out_proj.weight", "out_proj.bias"};

std::vector<std::string> joined(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::vector<std::string> encoder_layer_names() {
  return joined(names({"self_attn."}, attention_names),
                names({"linear1.", "linear2.", "norm1.", "norm2."}, {"weight", "bias"}));
}

std::vector<std::string> decoder_layer_names() {
  return joined(names({"self_attn.", "multihead_attn."}, attention_names),
                names({"linear1.", "linear2.", "norm1.", "norm2.", "norm3."}, {"weight", "bias"}));
}

const tg::TransformerOptions small_transformer = {
    .dim_feedforward = 3, .dropout = 0.2, .activation = tg::Activation::gelu};

// A model whose output layer is its table, as language models have it.
struct Tied {
  tg::Embedding embed;
  tg::Linear out;
  tg::Tensor operator()(const tg::IndexArray& ids) const { return out(tg::tanh(embed(ids))); }
  static void visit(auto& self, auto&& v) {
    v("embed", self.embed);
    v("out", self.out);
  }
};

Tied tied(tg::Rng& rng) {
  const tg::Embedding embed(4, 3, rng, {.padding_idx = 0});
  return {embed, tg::Linear(embed.weight)};
}

using Mlp = tg::Sequential<tg::Linear, tg::Tanh, tg::Dropout, tg::Linear>;

const std::vector<Row>& table() {
  static const std::vector<Row> rows = {
      row<tg::Linear>("linear", "with bias",
                      {.make = [](tg::Rng& rng) { return tg::Linear(3, 2, rng); },
                       .call = on_input<tg::Linear>,
                       .inputs = {tg::distinct({4, 3})},
                       .names = {"weight", "bias"}}),
      row<tg::Linear>("linear", "without bias, a batch of sequences",
                      {.make = [](tg::Rng& rng) { return tg::Linear(3, 2, rng, {.bias = false}); },
                       .call = on_input<tg::Linear>,
                       .inputs = {tg::distinct({2, 4, 3})},
                       .names = {"weight"}}),
      row<tg::Conv1d>("conv1d", "with bias",
                      {.make = [](tg::Rng& rng) { return tg::Conv1d(3, 2, 4, rng); },
                       .call = on_input<tg::Conv1d>,
                       .inputs = {tg::distinct({2, 5, 3})},
                       .names = {"weight", "bias"}}),
      row<tg::Conv1d>(
          "conv1d", "without bias, with padding",
          {.make =
               [](tg::Rng& rng) { return tg::Conv1d(3, 2, 4, rng, {.padding = 3, .bias = false}); },
           .call = on_input<tg::Conv1d>,
           .inputs = {tg::distinct({2, 2, 3})},
           .names = {"weight"}}),
      row<tg::Embedding>("embedding", "random",
                         {.make = [](tg::Rng& rng) { return tg::Embedding(4, 3, rng); },
                          .call = on_ids<tg::Embedding>,
                          .names = {"weight"}}),
      row<tg::Embedding>(
          "embedding", "padding counted from the end",
          {.make = [](tg::Rng& rng) { return tg::Embedding(4, 3, rng, {.padding_idx = -1}); },
           .call = on_ids<tg::Embedding>,
           .names = {"weight"}}),
      row<tg::Embedding>("embedding", "pretrained",
                         {.make =
                              [](tg::Rng&) {
                                return tg::Embedding::from_pretrained(four_rows,
                                                                      {.padding_idx = 0});
                              },
                          .call = on_ids<tg::Embedding>,
                          .names = {"weight"},
                          .random = false}),
      row<tg::EmbeddingBag>(
          "embedding_bag", "mean with padding",
          {.make = [](tg::Rng& rng) { return tg::EmbeddingBag(4, 3, rng, {.padding_idx = 0}); },
           .call = on_bags,
           .names = {"weight"}}),
      row<tg::Embedding>(
          "embedding", "max_norm",
          {.make = [](tg::Rng& rng) { return tg::Embedding(4, 3, rng, {.max_norm = 0.5}); },
           .call = on_ids<tg::Embedding>,
           .names = {"weight"}}),
      row<tg::EmbeddingBag>(
          "embedding_bag", "max",
          {.make =
               [](tg::Rng& rng) { return tg::EmbeddingBag(4, 3, rng, {.mode = tg::BagMode::max}); },
           .call = on_bags,
           .names = {"weight"}}),
      row<tg::EmbeddingBag>("embedding_bag", "max_norm",
                            {.make =
                                 [](tg::Rng& rng) {
                                   return tg::EmbeddingBag(4, 3, rng,
                                                           {.max_norm = 0.5, .norm_type = 1});
                                 },
                             .call = on_bags,
                             .names = {"weight"}}),
      row<tg::EmbeddingBag>(
          "embedding_bag", "a weighted sum",
          {.make = [](tg::Rng& rng) { return tg::EmbeddingBag(4, 3, rng, {tg::BagMode::sum}); },
           .call = [](const tg::EmbeddingBag& bag, const auto& x) { return bag(some_bags, x[0]); },
           .inputs = {tg::distinct({6})},
           .names = {"weight"}}),
      row<tg::TextEmbedding>(
          "text_embedding", "training",
          {.make = [](tg::Rng& rng) { return tg::TextEmbedding(4, 3, rng, {.dropout = 0.3}); },
           .call =
               [](const tg::TextEmbedding& text, const auto&) {
                 tg::Context context;
                 context.training = true;
                 return text(some_ids, context);
               },
           .names = {"embedding.weight"}}),
      row<tg::Dropout>("dropout", "training",
                       {.make = [](tg::Rng&) { return tg::Dropout(0.4); },
                        .call = on_input<tg::Dropout>,
                        .inputs = {tg::distinct({5, 4})}}),
      activation<tg::ReLU>("ReLU"),
      activation<tg::GELU>("GELU"),
      activation<tg::Tanh>("Tanh"),
      activation<tg::Sigmoid>("Sigmoid"),
      row<Mlp>("sequential", "two linear layers",
               {.make =
                    [](tg::Rng& rng) {
                      return Mlp(tg::Linear(3, 5, rng), tg::Tanh(), tg::Dropout(0.3),
                                 tg::Linear(5, 2, rng));
                    },
                .call = on_input<Mlp>,
                .inputs = {tg::distinct({4, 3})},
                .names = {"0.weight", "0.bias", "3.weight", "3.bias"}}),
      row<tg::LayerNorm>("layer_norm", "over the last dimension",
                         {.make = [](tg::Rng&) { return tg::LayerNorm(3); },
                          .call = on_input<tg::LayerNorm>,
                          .inputs = {tg::distinct({2, 4, 3})},
                          .names = {"weight", "bias"},
                          .random = false}),
      row<tg::LayerNorm>(
          "layer_norm", "without weight and bias",
          {.make = [](tg::Rng&) { return tg::LayerNorm(3, {.elementwise_affine = false}); },
           .call = on_input<tg::LayerNorm>,
           .inputs = {tg::distinct({2, 3})}}),
      row<tg::MultiheadAttention>(
          "multihead_attention", "with padding and dropout",
          {.make = [](tg::Rng& rng) { return tg::MultiheadAttention(4, 2, rng, {.dropout = 0.3}); },
           .call = on_padded<tg::MultiheadAttention>,
           .inputs = {tg::distinct({2, 3, 4})},
           .names = attention_names}),
      row<tg::MultiheadAttention>(
          "multihead_attention", "other widths of keys and values",
          {.make =
               [](tg::Rng& rng) {
                 return tg::MultiheadAttention(4, 2, rng, {.kdim = 3, .vdim = 5});
               },
           .call = [](const auto& layer, const auto& x) { return layer(x[0], x[1], x[2], {}); },
           .inputs = {tg::distinct({2, 3, 4}), tg::distinct({2, 2, 3}), tg::distinct({2, 2, 5})},
           .names = {"q_proj_weight", "k_proj_weight", "v_proj_weight", "in_proj_bias",
                     "out_proj.weight", "out_proj.bias"}}),
      row<tg::PositionalEncoding>(
          "positional_encoding", "sinusoids",
          {.make = [](tg::Rng&) { return tg::PositionalEncoding(3, {.max_len = 4}); },
           .call = on_input<tg::PositionalEncoding>,
           .inputs = {tg::distinct({2, 4, 3})}}),
      row<tg::LearnedPositionalEncoding>(
          "positional_encoding", "learned",
          {.make =
               [](tg::Rng& rng) { return tg::LearnedPositionalEncoding(3, rng, {.max_len = 5}); },
           .call = on_input<tg::LearnedPositionalEncoding>,
           .inputs = {tg::distinct({2, 4, 3})},
           .names = {"weight"}}),
      row<tg::TransformerEncoderLayer>("transformer_encoder", "one layer",
                                       {.make =
                                            [](tg::Rng& rng) {
                                              return tg::TransformerEncoderLayer(4, 2, rng,
                                                                                 small_transformer);
                                            },
                                        .call = on_padded<tg::TransformerEncoderLayer>,
                                        .inputs = {tg::distinct({2, 3, 4})},
                                        .names = encoder_layer_names()}),
      row<tg::TransformerEncoder>(
          "transformer_encoder", "two layers",
          {.make =
               [](tg::Rng& rng) { return tg::TransformerEncoder(4, 2, 2, rng, small_transformer); },
           .call = on_padded<tg::TransformerEncoder>,
           .inputs = {tg::distinct({2, 3, 4})},
           .names = names({"layers.0.", "layers.1."}, encoder_layer_names())}),
      row<tg::TransformerDecoderLayer>(
          "transformer_decoder", "one layer",
          {.make =
               [](tg::Rng& rng) {
                 return tg::TransformerDecoderLayer(4, 2, rng, small_transformer);
               },
           .call = on_padded<tg::TransformerDecoderLayer>,
           .inputs = {tg::distinct({2, 2, 4}), tg::distinct({2, 3, 4}, 1)},
           .names = decoder_layer_names()}),
      row<tg::Transformer>(
          "transformer", "one layer each",
          {.make = [](tg::Rng& rng) { return tg::Transformer(2, 1, 1, 1, rng, small_transformer); },
           .call = on_padded<tg::Transformer>,
           .inputs = {tg::distinct({2, 3, 2}), tg::distinct({2, 2, 2}, 1)},
           .names = joined(joined(names({"encoder.layers.0."}, encoder_layer_names()),
                                  names({"encoder.norm."}, {"weight", "bias"})),
                           joined(names({"decoder.layers.0."}, decoder_layer_names()),
                                  names({"decoder.norm."}, {"weight", "bias"})))}),
      row<Tied>("linear", "tied to a table",
                {.make = tied, .call = on_ids<Tied>, .names = {"embed.weight", "out.weight"}})};
  return rows;
}

}  // namespace

TEST_CASE("every layer of the table passes the layer check") {
  for (const Row& row : table()) {
    INFO(row.file << ", " << row.what);
    CHECK(row.check() == "");
  }
}

TEST_CASE("every layer file has a row in the layer table") {
  std::set<std::string> files, rows;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(TAPEGRAD_SOURCE_DIR) / "layers")) {
    if (entry.path().extension() == ".hpp") files.insert(entry.path().stem().string());
  }
  for (const std::string not_a_layer : {"check", "init", "table"}) files.erase(not_a_layer);
  for (const Row& row : table()) rows.insert(row.file);
  CHECK(files == rows);
}
