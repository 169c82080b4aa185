#include <tapegrad/text/vector_changes.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// How many rows are in both of two lists; the time is that of reading them.
class SharedRows {
 public:
  explicit SharedRows(std::size_t rows) : last_list_(rows, 0) {}

  Index count(const std::vector<Neighbour>& a, const std::vector<Neighbour>& b) {
    ++list_;
    for (const Neighbour& each : a) last_list_[static_cast<std::size_t>(each.row)] = list_;
    return std::count_if(b.begin(), b.end(), [&](const Neighbour& each) {
      return last_list_[static_cast<std::size_t>(each.row)] == list_;
    });
  }

 private:
  std::vector<std::size_t> last_list_;  // [N], the last list `a` that had the row
  std::size_t list_ = 0;
};

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

// So many that the lists of both sides take some 32 MB, or those of a few words.
std::size_t words_at_once(Index k) {
  constexpr std::size_t neighbours = std::size_t{1} << 20U;
  return std::clamp<std::size_t>(neighbours / static_cast<std::size_t>(std::max<Index>(k, 1)), 16,
                                 4096);
}

}  // namespace

std::vector<VectorChange> compare_vectors(const Array& before, const Array& after, Index k) {
  check_shape(before.dimension() == 2, "compare_vectors", "before", before.shape(), "[N, D]");
  const std::size_t rows = before.shape()[0];
  check_shape(after.dimension() == 2 && after.shape()[0] == rows, "compare_vectors", "after",
              after.shape(), fmt::format("[{}, E]", rows));
  const NeighbourSearch first(before), second(after);
  const std::size_t width = before.shape()[1];
  SharedRows shared(rows);
  std::vector<VectorChange> changes(rows);
  const std::size_t at_once = words_at_once(k);
  for (std::size_t begin = 0; begin < rows; begin += at_once) {
    std::vector<Index> some(std::min(at_once, rows - begin));
    std::iota(some.begin(), some.end(), static_cast<Index>(begin));
    const NeighbourLists old_lists = first.nearest_to_rows(some, k);
    const NeighbourLists new_lists = second.nearest_to_rows(some, k);
    for (std::size_t i = 0; i < some.size(); ++i) {
      VectorChange& change = changes[begin + i];
      change.shared = shared.count(old_lists[i], new_lists[i]);
      if (after.shape()[1] != width) continue;
      const std::size_t row = (begin + i) * width;
      measure(before.data() + row, after.data() + row, width, change);
    }
  }
  return changes;
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
