#include <tapegrad/text/vector_changes.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

Index shared(const std::vector<Neighbour>& a, const std::vector<Neighbour>& b) {
  return std::count_if(a.begin(), a.end(), [&](const Neighbour& each) {
    return std::any_of(b.begin(), b.end(),
                       [&](const Neighbour& other) { return other.row == each.row; });
  });
}

void measure(const Real* a, const Real* b, std::size_t n, VectorChange& change) {
  double difference = 0, ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = a[i], y = b[i];
    difference += (x - y) * (x - y);
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  change.distance = std::sqrt(difference);
  change.cosine =
      aa == 0 || bb == 0 ? 0 : std::clamp(ab / std::sqrt(aa) / std::sqrt(bb), -1.0, 1.0);
}

}  // namespace

std::vector<VectorChange> compare_vectors(const Array& before, const Array& after, Index k) {
  check_shape(before.dimension() == 2, "compare_vectors", "before", before.shape(), "[N, D]");
  const std::size_t rows = before.shape()[0];
  check_shape(after.dimension() == 2 && after.shape()[0] == rows, "compare_vectors", "after",
              after.shape(), fmt::format("[{}, E]", rows));
  std::vector<Index> all(rows);
  std::iota(all.begin(), all.end(), Index{0});
  NeighbourLists first = NeighbourSearch(before).nearest_to_rows(all, k);
  NeighbourLists second = NeighbourSearch(after).nearest_to_rows(all, k);
  const std::size_t width = before.shape()[1];
  std::vector<VectorChange> changes(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    VectorChange& change = changes[i];
    if (after.shape()[1] == width) {
      measure(before.data() + i * width, after.data() + i * width, width, change);
    }
    change.shared = shared(first[i], second[i]);
    change.before = std::move(first[i]);
    change.after = std::move(second[i]);
  }
  return changes;
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
