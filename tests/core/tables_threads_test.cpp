// Lookups and bags large enough to be cut into blocks, on random input: the same bits on any number
// of threads.
#include <draws.hpp>
#include <same.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parallel.hpp>

namespace tg = tapegrad;
using tg::Array;
using tg::Index;
using tg::Rng;

namespace {

// All that a lookup and three bags of the same ids compute: values, gradients, and the table.
std::vector<Array> results(std::uint64_t seed, int threads) {
  Rng rng(seed);
  tg::set_threads(threads);
  const std::size_t rows = random_size(50, 3000, rng), width = random_size(20, 90, rng);
  const std::size_t size = random_size(10, 60, rng), length = random_size(50, 80, rng);
  const tg::Parameter table(random_array({rows, width}, rng));
  const tg::Parameter weights(random_array({size, length}, rng));
  const tg::IndexArray ids = random_ids({size, length}, rows, rng);
  const double most = rng.uniform(2.0, 6.0);
  tg::Tape tape;
  const tg::Tensor y = tg::embedding(
      table, ids, {.padding_idx = 0, .max_norm = most, .scale_grad_by_freq = seed % 2 == 0});
  tg::Tensor loss = tg::sum(y * tg::Tensor(random_array({length, width}, rng)));
  std::vector<Array> all{table.value(), y.value()};
  for (const auto mode : {tg::BagMode::sum, tg::BagMode::mean, tg::BagMode::max}) {
    const tg::Tensor bag =
        tg::embedding_bag(table, {.ids = ids}, {.mode = mode, .padding_idx = 1},
                          mode == tg::BagMode::sum ? tg::Tensor(weights) : tg::Tensor());
    loss = loss + tg::sum(bag * tg::Tensor(random_array({width}, rng)));
    all.push_back(bag.value());
  }
  const tg::Gradients gradients = tape.backward(loss);
  all.push_back(gradients[table].rows().values);
  all.push_back(gradients.dense(weights));
  tg::set_threads(0);
  return all;
}

}  // namespace

TEST_CASE(
    "random lookups and bags, max_norm among them, have the same bits on 1, 2 and 5 threads") {
  for_each_draw(200, [](Rng& rng) {
    const std::uint64_t seed = rng.next();
    const std::vector<Array> one = results(seed, 1);
    for (const int threads : {2, 5}) {
      const std::vector<Array> more = results(seed, threads);
      for (std::size_t i = 0; i < one.size(); ++i) REQUIRE(same_bits(more[i], one[i]));
    }
  });
}
