#include <cstdio>
#include <tapegrad/tapegrad.hpp>

namespace tg = tapegrad;

// Learns one number for each of three words, so that each pair of words has minus the sum that is wanted.
int main() {
  tg::Parameter words(tg::zeros({3, 1}));
  const tg::IndexArray pairs = {{0, 1}, {1, 2}};
  const tg::Tensor wanted(tg::Array{1.F, -1.F});

  for (int step = 0; step <= 100; ++step) {
    tg::Tape tape;
    const tg::Tensor scores = tg::sum(tg::sum(tg::embedding(words, pairs), 1), 1);
    const tg::Tensor error = tg::add(scores, wanted);
    const tg::Tensor loss = tg::sum(tg::mul(error, error));
    const tg::Gradients gradients = tape.backward(loss);
    words.mutate() -= 0.1F * gradients.dense(words);
    if (step % 50 == 0) std::printf("step %3d: loss %.6f\n", step, static_cast<double>(loss.item()));
  }
}
