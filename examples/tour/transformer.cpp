// What an embedding layer does, part 3: a Transformer behind it. The program of docs/embeddings.md.

#include "show.hpp"

namespace tg = tapegrad;

namespace {

// snippet: seq2seq
constexpr std::size_t vocab = 10, d_model = 50, nhead = 2, num_layers = 3;

struct Seq2Seq {
  tg::Embedding embed;
  tg::PositionalEncoding positions;
  tg::Transformer transformer;
  tg::Linear out;

  explicit Seq2Seq(tg::Rng& rng)
      : embed(vocab, d_model, rng, {.padding_idx = 0}),
        positions(d_model, {.dropout = 0, .max_len = 20}),
        transformer(d_model, nhead, num_layers, num_layers, rng,
                    {.dim_feedforward = 64, .dropout = 0, .norm_first = true}),
        out(d_model, vocab, rng) {}

  // src [B, Ts], tgt [B, Tt] -> logits [B, Tt, vocab]: what comes behind each word of tgt.
  tg::Tensor operator()(const tg::IndexArray& src, const tg::IndexArray& tgt,
                        const tg::Context& context) const {
    const tg::Mask padding = tg::padding_mask(src, 0);
    const tg::Tensor x = positions(embed(src), context);
    const tg::Tensor y = positions(embed(tgt), context);
    return out(transformer(x, y, context,
                           {.src = {.key_padding_mask = padding},
                            .tgt = {.attn_mask = tg::causal_mask(tgt.shape()[1])},
                            .memory = {.key_padding_mask = padding}}));
  }

  static void visit(auto& self, auto&& v) {
    v("embed", self.embed);
    v("transformer", self.transformer);
    v("out", self.out);
  }
};
// end

void forward() {
  // snippet: forward
  tg::Rng rng(1);
  const Seq2Seq model(rng);
  const tg::IndexArray src{{4, 5, 6, 7, 8}, {9, 3, 4, 0, 0}};
  const tg::IndexArray tgt{{1, 8, 7, 6}, {1, 4, 3, 9}};  // 1 begins a text
  tour::show_shape("logits", model(src, tgt, {}));
  std::printf("trained numbers: %zu\n", tg::count_values(model).trainable);
  // end
}

void train() {
  // snippet: train
  tg::Rng rng(1);
  const Seq2Seq model(rng);
  tg::Adam adam(model, {.lr = 0.003});
  // It shall write four numbers backward.
  const tg::IndexArray src{{4, 5, 6, 7}, {9, 3, 4, 5}, {2, 3, 8, 6}, {5, 7, 9, 4}};
  const tg::IndexArray tgt{{1, 7, 6, 5}, {1, 5, 4, 3}, {1, 6, 8, 3}, {1, 4, 9, 7}};
  const tg::IndexArray next{{7, 6, 5, 4}, {5, 4, 3, 9}, {6, 8, 3, 2}, {4, 9, 7, 5}};
  double loss = 0;
  for (int step = 0; step < 100; ++step) {
    tg::Tape tape;
    const tg::Tensor mean = tg::cross_entropy(model(src, tgt, {.training = true}), next);
    adam.step(tape.backward(mean));
    loss = static_cast<double>(mean.item());
  }
  std::printf("the loss has fallen below 0.05: %s\n", loss < 0.05 ? "yes" : "no");
  // end
}

}  // namespace

int main() {
  return tour::run({{"forward", forward}, {"train", train}});
}
