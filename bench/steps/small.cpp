// What an operation costs beside its arithmetic: chain and infer1.

#include "sequence.hpp"

namespace bench {
namespace {

// h = h a + b, a thousand times, on one element; forward and backward.
Step chain_step(const Options& options) {
  const std::size_t length = options.number("n", 1000);
  const tg::Parameter a(tg::full({1}, tg::Real(0.5)));
  const tg::Parameter b(tg::full({1}, tg::Real(0.25)));
  return {.run = [=] {
    tg::Tape tape;
    const tg::Tensor ta = a;
    const tg::Tensor tb = b;
    tg::Tensor h(tg::full({1}, tg::Real(1)));
    for (std::size_t i = 0; i < length; ++i) h = h * ta + tb;
    tape.backward(h);
  }};
}

// The class scores of one sentence, without a tape.
Step inference_step(const Options& options) {
  const std::size_t V = 50'000;
  const std::size_t T = options.number("T", 20);
  const Sequence model = sequence_model(V, 100);
  std::vector<tg::IndexArray> sentences;
  tg::Rng rng(1);
  for (std::size_t i = 0; i < batches; ++i) {
    tg::IndexArray ids(tg::Shape{1, T});
    for (tg::Index& id : ids) id = 1 + static_cast<tg::Index>(rng.below(V - 1));
    sentences.push_back(std::move(ids));
  }
  return {.run = [=, cycle = Cycle(batches)]() mutable {
    model(sentences[cycle.next()], tg::Context{});
  }};
}

}  // namespace

void add_small_steps(Registry& registry) {
  registry["chain"] = chain_step;
  registry["infer1"] = inference_step;
}

}  // namespace bench
