// Layers with given values in their parameters.
#include <tapegrad/layers/activations.hpp>
#include <tapegrad/layers/dropout.hpp>
#include <tapegrad/layers/embedding.hpp>
#include <tapegrad/layers/embedding_bag.hpp>
#include <tapegrad/layers/linear.hpp>
#include <tapegrad/layers/sequential.hpp>
#include <tapegrad/layers/text_embedding.hpp>

#include "case.hpp"

namespace conformance {
namespace {

tg::Linear make_linear(Case& c, tg::Rng& rng) {
  tg::LinearOptions options;
  options.bias = c.flag("bias", options.bias);
  return {c.size("in_features"), c.size("out_features"), rng, options};
}

tg::Embedding make_embedding(Case& c, tg::Rng& rng) {
  tg::EmbeddingOptions options;
  options.padding_idx = c.optional_index("padding_idx");
  return {c.size("num_embeddings"), c.size("embedding_dim"), rng, options};
}

tg::EmbeddingBag make_embedding_bag(Case& c, tg::Rng& rng) {
  tg::EmbeddingBagOptions options;
  options.mode = bag_mode(c, options.mode);
  options.padding_idx = c.optional_index("padding_idx");
  return {c.size("num_embeddings"), c.size("embedding_dim"), rng, options};
}

tg::TextEmbedding make_text_embedding(Case& c, tg::Rng& rng) {
  tg::TextEmbeddingOptions options;
  options.padding_idx = c.optional_index("padding_idx");
  return {c.size("num_embeddings"), c.size("embedding_dim"), rng, options};
}

using TwoLayers = tg::Sequential<tg::Linear, tg::Tanh, tg::Dropout, tg::Linear>;

TwoLayers make_two_layers(Case& c, tg::Rng& rng) {
  const tg::Shape sizes = c.shape("sizes");
  return TwoLayers(tg::Linear(sizes[0], sizes[1], rng), tg::Tanh(), tg::Dropout(c.real("p", 0.5)),
                   tg::Linear(sizes[1], sizes[2], rng));
}

tg::Dropout make_dropout(Case& c, tg::Rng&) {
  return c.has("p") ? tg::Dropout(c.real("p", 0)) : tg::Dropout();
}

// A layer of one real input.
template <class Make>
Run layer_of_x(Make make) {
  return layer(make, [](const auto& made, Case& c) { return made(c.tensor("x")); });
}

template <class Activation>
Run activation() {
  return layer_of_x([](Case&, tg::Rng&) { return Activation(); });
}

tg::Context training(Case& c) {
  return {.training = c.flag("training", true)};
}

tg::Tensor from_pretrained(Case& c) {
  tg::PretrainedOptions options;
  options.padding_idx = c.optional_index("padding_idx");
  return tg::Embedding::from_pretrained(c.array("table"), options)(c.ids("ids"));
}

}  // namespace

Calls layer_calls() {
  return {
      {"Linear", layer_of_x(make_linear)},
      {"Embedding",
       layer(make_embedding, [](const tg::Embedding& e, Case& c) { return e(c.ids("ids")); })},
      {"EmbeddingBag", layer(make_embedding_bag,
                             [](const tg::EmbeddingBag& bag, Case& c) {
                               return bag(bags(c), c.optional_tensor("weights"));
                             })},
      {"TextEmbedding",
       layer(make_text_embedding, [](const tg::TextEmbedding& text,
                                     Case& c) { return text(c.ids("ids"), tg::Context()); })},
      {"from_pretrained", differentiable(from_pretrained)},
      {"ReLU", activation<tg::ReLU>()},
      {"GELU", activation<tg::GELU>()},
      {"Tanh", activation<tg::Tanh>()},
      {"Sigmoid", activation<tg::Sigmoid>()},
      {"Dropout", layer(make_dropout, [](const tg::Dropout& d,
                                         Case& c) { return d(c.tensor("x"), training(c)); })},
      {"Sequential",
       layer(make_two_layers,
             [](const TwoLayers& net, Case& c) { return net(c.tensor("x"), training(c)); })},
  };
}

}  // namespace conformance
