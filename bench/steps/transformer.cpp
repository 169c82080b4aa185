// A Transformer encoder with a table before it and a linear layer on the mean behind it.

#include <memory>
#include <tapegrad/layers/transformer_encoder.hpp>
#include <tapegrad/optim/adam.hpp>

#include "data.hpp"
#include "sequence.hpp"

namespace bench {
namespace {

constexpr std::size_t rows = 20'000;
constexpr std::size_t width = 128;
constexpr std::size_t heads = 4;
constexpr std::size_t wide = 512;
constexpr std::size_t layers = 2;
constexpr std::size_t items = 32;
constexpr std::size_t length = 128;

// Of each position the products with the weights (E to 3 E, E to E, to the wide layer and back),
// and of its scores and what they weigh, each forward once and backward twice. Padding counts in
// full.
constexpr double transformer_flops =
    3.0 * layers * items * length * 2 *
    (4.0 * width * width + 2.0 * width * wide + 2.0 * length * width);

struct Model {
  tg::Embedding embed;
  tg::TransformerEncoder encoder;
  tg::Linear out;

  tg::Tensor operator()(const tg::IndexArray& ids, const tg::Context& context) const {
    const tg::Mask padding = tg::padding_mask(ids, 0);
    const tg::Tensor y = encoder(embed(ids), context, {.key_padding_mask = padding});
    return out(tg::masked_mean(y, padding));
  }
  static void visit(auto& self, auto&& v) {
    v("embed", self.embed);
    v("encoder", self.encoder);
    v("out", self.out);
  }
};

Step transformer_step(const Options& options) {
  tg::Rng rng(1);
  const Model model{padded_embedding(rows, width),
                    tg::TransformerEncoder(width, heads, layers, rng, {.dim_feedforward = wide}),
                    tg::Linear(width, 2, rng)};
  auto adam = std::make_shared<tg::Adam>(
      model, tg::AdamOptions{.row_policy = row_policy(options.text("rows", "exact"))});
  const auto texts = std::make_shared<std::vector<Texts>>(zipf_texts(rows, items, length));
  return {
      .run =
          [=, cycle = Cycle(batches),
           context = tg::Context{.training = true, .seed = 1}]() mutable {
            const Texts& batch = (*texts)[cycle.next()];
            tg::Tape tape;
            adam->step(tape.backward(tg::cross_entropy(model(batch.ids, context), batch.labels)));
          },
      .flops = transformer_flops};
}

}  // namespace

void add_transformer_steps(Registry& registry) {
  registry["transformer"] = transformer_step;
}

}  // namespace bench
