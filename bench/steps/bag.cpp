// bag_frozen, bag_dense, bag_sparse: EmbeddingBag mean -> Linear(D, 2), Adam.

#include <memory>
#include <tapegrad/core/visit.hpp>
#include <tapegrad/layers/embedding_bag.hpp>
#include <tapegrad/layers/linear.hpp>
#include <tapegrad/optim/adam.hpp>

#include "data.hpp"

namespace bench {
namespace {

struct Bag {
  tg::EmbeddingBag embed;
  tg::Linear out;

  tg::Tensor operator()(const tg::Bags& bags) const { return out(embed(bags)); }
  static void visit(auto& self, auto&& v) {
    v("embed", self.embed);
    v("out", self.out);
  }
};

// A frozen table: the row of each id is read, as often as it occurs. Lazy rows: forward reads the
// row of each id that occurs; backward writes its gradient; Adam reads the gradient and reads and
// writes the row and its two moments, nine times its width.
double bytes_moved(const std::string& policy, const std::vector<Texts>& texts, std::size_t width) {
  const double row = static_cast<double>(width) * sizeof(tg::Real);
  if (policy == "frozen") return mean_ids(texts) * row;
  return policy == "lazy" ? mean_unique_ids(texts) * row * 9 : 0;
}

Step bag_step(const Options& options, const char* rows) {
  const std::size_t V = options.number("V", 50'000);
  const std::size_t D = options.number("D", 100);
  const auto texts = std::make_shared<std::vector<Texts>>(
      zipf_texts(V, options.number("B", 64), options.number("L", 256)));
  const std::string policy = options.text("rows", rows);
  const bool frozen = policy == "frozen";

  tg::Rng rng(1);
  Bag model{tg::EmbeddingBag::from_pretrained(random_array({V, D}),
                                              {.freeze = frozen, .padding_idx = {}}),
            tg::Linear(D, 2, rng)};
  auto adam = std::make_shared<tg::Adam>(
      model, tg::AdamOptions{.row_policy = row_policy(frozen ? "lazy" : policy)});
  return {.run =
              [=, cycle = Cycle(batches)]() mutable {
                const Texts& batch = (*texts)[cycle.next()];
                tg::Tape tape;
                adam->step(tape.backward(tg::cross_entropy(model(batch.bags), batch.labels)));
              },
          .bytes = bytes_moved(policy, *texts, D)};
}

}  // namespace

void add_bag_steps(Registry& registry) {
  registry["bag_frozen"] = [](const Options& options) { return bag_step(options, "frozen"); };
  registry["bag_dense"] = [](const Options& options) { return bag_step(options, "exact"); };
  registry["bag_sparse"] = [](const Options& options) { return bag_step(options, "lazy"); };
}

}  // namespace bench
