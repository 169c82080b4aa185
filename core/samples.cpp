#include <tapegrad/core/samples.hpp>

#ifdef TAPEGRAD_DOUBLE

#include <algorithm>
#include <cmath>
#include <tapegrad/core/rng.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

std::vector<OperationSamples>& registry() {
  static std::vector<OperationSamples> all;
  return all;
}

}  // namespace

bool add_samples(std::string operation, std::vector<Sample> samples,
                 std::vector<ErrorSample> errors) {
  auto& all = registry();
  const auto place = std::find_if(all.begin(), all.end(),
                                  [&](const auto& other) { return other.operation > operation; });
  all.insert(place, {std::move(operation), std::move(samples), std::move(errors)});
  return true;
}

const std::vector<OperationSamples>& all_samples() {
  return registry();
}

Array distinct(const Shape& shape, std::uint64_t seed) {
  Array a(shape);
  // A random permutation of a grid, each value moved a little inside its cell.
  const std::size_t n = std::max<std::size_t>(2, a.size());
  std::vector<double> grid(n);
  Rng rng(seed);
  for (std::size_t i = 0; i < n; ++i) {
    const double cell = 4.0 / static_cast<double>(n);
    grid[i] = -2.0 + (static_cast<double>(i) + rng.uniform(0.2, 0.8)) * cell;
    if (std::abs(grid[i]) < 0.01) grid[i] = 0.01;
  }
  shuffle(grid, rng);
  std::copy_n(grid.begin(), a.size(), a.data());
  return a;
}

Array positive(const Shape& shape, std::uint64_t seed) {
  return 1.25 + 0.375 * distinct(shape, seed);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION

#endif
