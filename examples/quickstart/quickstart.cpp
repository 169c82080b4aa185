#include <cstdio>
#include <tapegrad/tapegrad.hpp>

namespace tg = tapegrad;

struct Classifier {  // the mean of a text's word vectors, and one linear layer
  tg::EmbeddingBag embed;
  tg::Linear out;
  tg::Tensor operator()(const tg::Bags& texts) const { return out(embed(texts)); }
  static void visit(auto& self, auto&& v) { v("embed", self.embed), v("out", self.out); }
};

int main() {
  // "good film", "bad film", "a good one", "a bad one", each word a number; 0 is padding.
  const tg::Bags texts{{{1, 3, 0}, {2, 3, 0}, {4, 1, 5}, {4, 2, 5}}};
  const tg::IndexArray labels{1, 0, 1, 0};
  tg::Rng rng(1);
  Classifier model{tg::EmbeddingBag(6, 8, rng, {.padding_idx = 0}), tg::Linear(8, 2, rng)};
  tg::Adam adam(model, {.lr = 0.02});
  for (int step = 0; step <= 60; ++step) {
    tg::Tape tape;
    const tg::Tensor loss = tg::cross_entropy(model(texts), labels);
    if (step % 20 == 0)
      std::printf("step %2d: loss %.4f\n", step, static_cast<double>(loss.item()));
    adam.step(tape.backward(loss));
  }
}
