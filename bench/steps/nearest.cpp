// Exact search for similar words: nearest.

#include <memory>
#include <tapegrad/text/neighbours.hpp>

#include "data.hpp"

namespace bench {
namespace {

// The k nearest of V rows for each of Q other vectors.
Step nearest_step(const Options& options) {
  const std::size_t V = options.number("V", 400'000);
  const std::size_t D = options.number("D", 100);
  const std::size_t Q = options.number("Q", 32);
  const auto k = static_cast<tg::Index>(options.number("k", 10));
  const auto search = std::make_shared<tg::NeighbourSearch>(random_array({V, D}));
  const tg::Array queries = random_array({Q, D});
  return {.run = [=] { search->nearest(queries, k); },
          .bytes = static_cast<double>(V * D * sizeof(float)),
          .flops = 2.0 * static_cast<double>(V * D * Q)};
}

}  // namespace

void add_nearest_steps(Registry& registry) {
  registry["nearest"] = nearest_step;
}

}  // namespace bench
