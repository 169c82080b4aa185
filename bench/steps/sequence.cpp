// Steps of models that look up each word: seq_*, big_*, emb_fwd_bwd.

#include <memory>
#include <tapegrad/core/visit.hpp>
#include <tapegrad/layers/dropout.hpp>
#include <tapegrad/layers/embedding.hpp>
#include <tapegrad/layers/linear.hpp>
#include <tapegrad/optim/adam.hpp>

#include "data.hpp"
#include "sequence.hpp"

namespace bench {
namespace {

struct Big {
  tg::Embedding embed;
  tg::Linear out;

  tg::Tensor operator()(const tg::IndexArray& ids, const tg::Context&) const {
    return out(tg::masked_mean(embed(ids), tg::padding_mask(ids, 0)));
  }
  static void visit(auto& self, auto&& v) {
    v("embed", self.embed);
    v("out", self.out);
  }
};

template <class Model>
Step training_step(Model model, std::vector<Texts> texts, const std::string& policy) {
  if (policy == "frozen") tg::freeze(model.embed);
  auto adam = std::make_shared<tg::Adam>(
      model, tg::AdamOptions{.row_policy = row_policy(policy == "frozen" ? "lazy" : policy)});
  auto shared = std::make_shared<std::vector<Texts>>(std::move(texts));
  return {.run = [=, cycle = Cycle(batches),
                  context = tg::Context{.training = true, .seed = 1}]() mutable {
    const Texts& batch = (*shared)[cycle.next()];
    tg::Tape tape;
    adam->step(tape.backward(tg::cross_entropy(model(batch.ids, context), batch.labels)));
  }};
}

Step sequence_step(const Options& options, const char* rows) {
  const std::size_t V = options.number("V", 50'000);
  const std::size_t D = options.number("D", 100);
  return training_step(sequence_model(V, D),
                       zipf_texts(V, options.number("B", 64), options.number("L", 256)),
                       options.text("rows", rows));
}

Step big_step(const Options& options, const char* rows) {
  const std::size_t V = options.number("V", 400'000);
  const std::size_t D = options.number("D", 300);
  tg::Rng rng(1);
  const Big model{padded_embedding(V, D), tg::Linear(D, 2, rng)};
  return training_step(model, zipf_texts(V, options.number("B", 32), options.number("L", 128)),
                       options.text("rows", rows));
}

// The lookup alone, and its gradient under one of all ones.
Step lookup_step(const Options& options) {
  const std::size_t V = options.number("V", 50'000);
  const tg::Embedding embed = padded_embedding(V, options.number("D", 300));
  const auto texts = std::make_shared<std::vector<Texts>>(
      zipf_texts(V, options.number("B", 64), options.number("L", 256)));
  return {.run = [=, cycle = Cycle(batches)]() mutable {
    tg::Tape tape;
    tape.backward(tg::sum(embed((*texts)[cycle.next()].ids)));
  }};
}

}  // namespace

void add_sequence_steps(Registry& registry) {
  registry["seq_frozen"] = [](const Options& options) { return sequence_step(options, "frozen"); };
  registry["seq_dense"] = [](const Options& options) { return sequence_step(options, "exact"); };
  registry["seq_sparse"] = [](const Options& options) { return sequence_step(options, "lazy"); };
  registry["big_dense"] = [](const Options& options) { return big_step(options, "exact"); };
  registry["big_sparse"] = [](const Options& options) { return big_step(options, "lazy"); };
  registry["emb_fwd_bwd"] = lookup_step;
}

}  // namespace bench
