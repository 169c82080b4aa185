#include <tapegrad/text/nearest_rows.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <tapegrad/core/kernels/simd.hpp>
#include <tapegrad/core/parallel.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace detail {
namespace {

// A panel of queries is multiplied with a block of rows at a time: its products stay in the cache,
// and so does the block, for the other panels of a batch. A range is what one thread goes through
// at a time, keeping what it has found.
constexpr std::size_t panel_queries = RowProducts::vectors;
constexpr std::size_t batch_queries = 16 * panel_queries;
constexpr std::size_t block_groups = 32;
constexpr std::size_t block_rows = block_groups * RowProducts::group;
constexpr std::size_t range_rows = 64 * block_rows;
// So many are asked at once; what all ranges have found for them lies in memory together.
constexpr std::size_t most_queries = 16 * batch_queries;

bool nearer(const Neighbour& a, const Neighbour& b) {
  return a.cosine != b.cosine ? a.cosine > b.cosine : a.row < b.row;
}

// What a product with a query must reach, for the row to be of interest: at least k rows that were
// looked at are nearer than any below. All threads raise it; what they find in the end does not
// depend on when.
class Floor {
 public:
  Real value() const { return value_.load(std::memory_order_relaxed); }
  void raise(Real to) {
    Real was = value();
    while (was < to && !value_.compare_exchange_weak(was, to, std::memory_order_relaxed)) {
    }
  }

 private:
  std::atomic<Real> value_ = -std::numeric_limits<Real>::infinity();
};

// The rows of one range that may be among the k nearest of one query, by products in Real.
class Candidates {
 public:
  // No product of rows of length 1 lies further than `error` from the true one.
  Candidates(std::size_t k, Real error, const std::vector<Index>* excluded, Floor& floor)
      : k_(k), error_(error), excluded_(excluded), floor_(&floor), limit_(2 * k + 16) {}

  Real floor() const { return floor_->value(); }

  void add(const Neighbour& candidate) {
    if (excluded_ != nullptr &&
        std::find(excluded_->begin(), excluded_->end(), candidate.row) != excluded_->end()) {
      return;
    }
    kept_.push_back(candidate);
    if (kept_.size() >= limit_) prune();
  }

  // The nearest of all, in order, with cosines in double.
  std::vector<Neighbour> take(const Real* query, const Array& unit) {
    prune();
    const std::size_t width = unit.shape()[1];
    for (Neighbour& each : kept_) {
      each.cosine =
          cosine_of(query, unit.data() + static_cast<std::size_t>(each.row) * width, width);
    }
    std::sort(kept_.begin(), kept_.end(), nearer);
    kept_.resize(std::min(kept_.size(), k_));
    return std::move(kept_);
  }

 private:
  // Drops what cannot be among the k nearest even if products are wrong by `error_`: the true k-th
  // cosine is no less than the k-th product - error_.
  void prune() {
    if (kept_.size() >= k_) {
      const auto last = kept_.begin() + static_cast<std::ptrdiff_t>(k_) - 1;
      std::nth_element(kept_.begin(), last, kept_.end(), nearer);
      floor_->raise(static_cast<Real>(last->cosine) - 2 * error_);
    }
    const Real least = floor();
    const auto out = [&](const Neighbour& each) { return static_cast<Real>(each.cosine) < least; };
    kept_.erase(std::remove_if(kept_.begin(), kept_.end(), out), kept_.end());
    limit_ = 2 * std::max(kept_.size(), k_) + 16;
  }

  std::size_t k_;
  Real error_;
  const std::vector<Index>* excluded_;
  Floor* floor_;
  std::size_t limit_;  // of how many are kept before they are pruned again
  std::vector<Neighbour> kept_;
};

// A block of rows.
struct Rows {
  const Real* from;
  std::size_t first;  // its number
  std::size_t size;
  std::size_t width;
};

// Up to panel_queries queries, and what is found for them.
class Panel {
 public:
  // The queries from `first` on.
  Panel(const Queries& queries, std::size_t first, std::size_t width, std::size_t k, Real error,
        std::vector<Floor>& floors)
      : transposed_(zeros({width, panel_queries})), products_(Shape{block_rows, panel_queries}) {
    const std::size_t size = std::min(panel_queries, queries.size - first);
    for (std::size_t q = 0; q < size; ++q) {
      const Real* const query = queries.rows + (first + q) * width;
      for (std::size_t i = 0; i < width; ++i) transposed_(i, q) = query[i];
      candidates_.emplace_back(k, error,
                               queries.excluded == nullptr ? nullptr : queries.excluded + first + q,
                               floors[first + q]);
    }
    floors_.fill(std::numeric_limits<Real>::infinity());  // for no query: nothing reaches it
  }

  // Takes a block of rows. Asks for `ahead_step` numbers with each group of them.
  void add(const Rows& rows, const Real* ahead, std::size_t ahead_step) {
    for (std::size_t q = 0; q < candidates_.size(); ++q) floors_[q] = candidates_[q].floor();
    simd().multiply_rows({.rows = rows.from,
                          .width = rows.width,
                          .transposed = transposed_.data(),
                          .least = floors_.data(),
                          .products = products_.data(),
                          .reached = reached_.data(),
                          .ahead = ahead,
                          .ahead_step = ahead_step},
                         rows.size);
    for (std::size_t row = 0; row < rows.size; ++row) {
      if (!reached_[row / RowProducts::group]) continue;
      const Real* const products = products_.data() + row * panel_queries;
      for (std::size_t q = 0; q < candidates_.size(); ++q) {
        if (!(products[q] >= floors_[q])) continue;
        candidates_[q].add({static_cast<Index>(rows.first + row), products[q]});
        floors_[q] = candidates_[q].floor();
      }
    }
  }

  std::vector<Candidates>& candidates() { return candidates_; }

 private:
  Array transposed_;  // [D, panel_queries]
  Array products_;    // [block_rows, panel_queries]
  std::array<bool, block_groups> reached_{};
  std::vector<Candidates> candidates_;
  std::array<Real, panel_queries> floors_{};  // of each candidate, side by side
};

// The k nearest of the rows begin .. end-1.
NeighbourLists search_range(const Array& unit, const Queries& queries, std::size_t k,
                            std::size_t begin, std::size_t end, std::vector<Floor>& floors) {
  const std::size_t width = unit.shape()[1];
  // Rounding in a sum of products, in any order: Higham, Accuracy and Stability of Numerical
  // Algorithms, 3.1. Doubled, as lengths are 1 up to rounding only.
  const Real error = static_cast<Real>(width + 4) * std::numeric_limits<Real>::epsilon();
  std::vector<Panel> panels;
  for (std::size_t q = 0; q < queries.size; q += panel_queries) {
    panels.emplace_back(queries, q, width, k, error, floors);
  }
  for (std::size_t first = begin; first < end; first += block_rows) {
    const Rows rows{unit.data() + first * width, first, std::min(block_rows, end - first), width};
    // Each panel asks for its share of the next block. Eight rows are read at a time, which no
    // processor foresees.
    const bool whole = first + 2 * block_rows <= end;
    const std::size_t share = block_rows * width / panels.size();
    const std::size_t step = whole ? share / block_groups : 0;
    for (std::size_t p = 0; p < panels.size(); ++p) {
      panels[p].add(rows, step == 0 ? nullptr : rows.from + block_rows * width + p * share, step);
    }
  }
  NeighbourLists found;
  for (Panel& panel : panels) {
    for (Candidates& each : panel.candidates()) {
      found.push_back(each.take(queries.rows + found.size() * width, unit));
    }
  }
  return found;
}

// The k nearest of all rows, for at most most_queries queries.
void search(const Array& unit, const Queries& queries, std::size_t k, NeighbourLists& result) {
  const std::size_t rows = unit.shape()[0], width = unit.shape()[1];
  const std::size_t ranges = (rows + range_rows - 1) / range_rows;
  const std::size_t batches = (queries.size + batch_queries - 1) / batch_queries;
  std::vector<NeighbourLists> found(ranges * batches);
  std::vector<std::vector<Floor>> floors;
  for (std::size_t batch = 0; batch < batches; ++batch) floors.emplace_back(batch_queries);
  parallel_for(found.size(), [&](std::size_t i) {
    const std::size_t begin = i / batches * range_rows, first = i % batches * batch_queries;
    const Queries batch{queries.rows + first * width, std::min(batch_queries, queries.size - first),
                        queries.excluded == nullptr ? nullptr : queries.excluded + first};
    found[i] = search_range(unit, batch, k, begin, std::min(rows, begin + range_rows),
                            floors[i % batches]);
  });
  for (std::size_t q = 0; q < queries.size; ++q) {
    std::vector<Neighbour> all;
    for (std::size_t range = 0; range < ranges; ++range) {
      const auto& some = found[range * batches + q / batch_queries][q % batch_queries];
      all.insert(all.end(), some.begin(), some.end());
    }
    std::sort(all.begin(), all.end(), nearer);
    all.resize(std::min(all.size(), k));
    result.push_back(std::move(all));
  }
}

}  // namespace

// In four sums, which the processor adds at the same time.
double exact_dot(const Real* a, const Real* b, std::size_t n) {
  std::array<double, 4> sums{};
  std::size_t i = 0;
  for (; i + sums.size() <= n; i += sums.size()) {
    for (std::size_t j = 0; j < sums.size(); ++j) sums[j] += double(a[i + j]) * double(b[i + j]);
  }
  for (; i < n; ++i) sums[0] += double(a[i]) * double(b[i]);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

double cosine_of(const Real* a, const Real* b, std::size_t n) {
  return std::clamp(exact_dot(a, b, n), -1.0, 1.0);
}

void nearest_rows(const Array& unit, const Queries& queries, std::size_t k,
                  NeighbourLists& result) {
  const std::size_t width = unit.shape()[1];
  for (std::size_t first = 0; first < queries.size; first += most_queries) {
    const Queries some{queries.rows + first * width, std::min(most_queries, queries.size - first),
                       queries.excluded == nullptr ? nullptr : queries.excluded + first};
    search(unit, some, k, result);
  }
}

}  // namespace detail
}  // namespace tapegrad::inline TAPEGRAD_PRECISION
