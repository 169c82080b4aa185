#include <tapegrad/text/neighbours.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/kernels/matmul.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// The products of one batch of queries and one block of rows stay in the cache. A range is what one
// thread goes through at a time, keeping what it has found.
constexpr std::size_t batch_queries = 256;
constexpr std::size_t block_rows = 1024;
constexpr std::size_t range_rows = 16 * block_rows;
// So many are asked at once; what all ranges have found for them lies in memory together.
constexpr std::size_t most_queries = 16 * batch_queries;

bool nearer(const Neighbour& a, const Neighbour& b) {
  return a.cosine != b.cosine ? a.cosine > b.cosine : a.row < b.row;
}

// In four sums, which the processor adds at the same time.
double dot(const Real* a, const Real* b, std::size_t n) {
  std::array<double, 4> sums{};
  std::size_t i = 0;
  for (; i + sums.size() <= n; i += sums.size()) {
    for (std::size_t j = 0; j < sums.size(); ++j) sums[j] += double(a[i + j]) * double(b[i + j]);
  }
  for (; i < n; ++i) sums[0] += double(a[i]) * double(b[i]);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

// Of rows of length 1, up to rounding.
double cosine_of(const Real* a, const Real* b, std::size_t n) {
  return std::clamp(dot(a, b, n), -1.0, 1.0);
}

// Makes the rows have length 1.
void normalize(const char* argument, Array& rows) {
  const std::size_t width = rows.shape()[1];
  parallel_ranges(rows.shape()[0], width, [&](std::size_t begin, std::size_t end) {
    for (std::size_t r = begin; r < end; ++r) {
      Real* row = rows.data() + r * width;
      const double length = std::sqrt(dot(row, row, width));
      if (!std::isfinite(length)) {
        throw std::invalid_argument(fmt::format(
            "NeighbourSearch: row {} of {} has numbers that are not finite", r, argument));
      }
      if (length == 0) continue;
      for (std::size_t i = 0; i < width; ++i) row[i] = static_cast<Real>(row[i] / length);
    }
  });
}

// The rows of one range that may be among the k nearest of one query, by products in Real.
class Candidates {
 public:
  // No product of rows of length 1 lies further than `error` from the true one.
  Candidates(std::size_t k, Real error, const std::vector<Index>* excluded)
      : k_(k), error_(error), excluded_(excluded), limit_(2 * k + 16) {}

  // Takes the products with n rows from `first` on.
  void add(const Real* products, std::size_t n, std::size_t first) {
    constexpr std::size_t group = 16;
    for (std::size_t begin = 0; begin < n; begin += group) {
      const std::size_t end = std::min(n, begin + group);
      bool any = false;
      for (std::size_t i = begin; i < end; ++i) any |= products[i] >= least_;
      if (!any) continue;
      for (std::size_t i = begin; i < end; ++i) {
        if (products[i] >= least_) keep({static_cast<Index>(first + i), products[i]});
      }
    }
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
  void keep(const Neighbour& candidate) {
    if (excluded_ != nullptr &&
        std::find(excluded_->begin(), excluded_->end(), candidate.row) != excluded_->end()) {
      return;
    }
    kept_.push_back(candidate);
    if (kept_.size() >= limit_) prune();
  }

  // Drops what cannot be among the k nearest even if products are wrong by `error_`: the true k-th
  // cosine is no less than the k-th product - error_.
  void prune() {
    if (kept_.size() <= k_) return;
    const auto last = kept_.begin() + static_cast<std::ptrdiff_t>(k_) - 1;
    std::nth_element(kept_.begin(), last, kept_.end(), nearer);
    least_ = static_cast<Real>(last->cosine) - 2 * error_;
    const auto out = [&](const Neighbour& each) { return static_cast<Real>(each.cosine) < least_; };
    kept_.erase(std::remove_if(last + 1, kept_.end(), out), kept_.end());
    limit_ = 2 * kept_.size() + 16;
  }

  std::size_t k_;
  Real error_;
  const std::vector<Index>* excluded_;
  std::size_t limit_;  // of how many are kept before they are pruned again
  Real least_ = -std::numeric_limits<Real>::infinity();
  std::vector<Neighbour> kept_;
};

// Some queries [Q, D] of length 1, with what is left out of the neighbours of each.
struct Queries {
  const Real* rows;
  std::size_t size;
  const std::vector<Index>* excluded;  // [Q], nullptr: nothing
};

// The k nearest of the rows begin .. end-1.
NeighbourLists search_range(const Array& unit, const Queries& queries, std::size_t k,
                            std::size_t begin, std::size_t end) {
  const std::size_t width = unit.shape()[1];
  // Rounding in a sum of products, in any order: Higham, Accuracy and Stability of Numerical
  // Algorithms, 3.1. Doubled, as lengths are 1 up to rounding only.
  const Real error = static_cast<Real>(width + 4) * std::numeric_limits<Real>::epsilon();
  std::vector<Candidates> candidates;
  for (std::size_t q = 0; q < queries.size; ++q) {
    candidates.emplace_back(k, error, queries.excluded == nullptr ? nullptr : queries.excluded + q);
  }
  Array products(Shape{queries.size, std::min(block_rows, end - begin)});
  for (std::size_t first = begin; first < end; first += block_rows) {
    const std::size_t rows = std::min(block_rows, end - first);
    matmul(queries.size, rows, width, {queries.rows, width},
           {unit.data() + first * width, width, true}, products.data(), rows);
    for (std::size_t q = 0; q < queries.size; ++q) {
      candidates[q].add(products.data() + q * rows, rows, first);
    }
  }
  NeighbourLists found;
  for (std::size_t q = 0; q < queries.size; ++q) {
    found.push_back(candidates[q].take(queries.rows + q * width, unit));
  }
  return found;
}

// The k nearest of all rows, for at most most_queries queries.
void search(const Array& unit, const Queries& queries, std::size_t k, NeighbourLists& result) {
  const std::size_t rows = unit.shape()[0], width = unit.shape()[1];
  const std::size_t ranges = (rows + range_rows - 1) / range_rows;
  const std::size_t batches = (queries.size + batch_queries - 1) / batch_queries;
  std::vector<NeighbourLists> found(ranges * batches);
  parallel_for(found.size(), [&](std::size_t i) {
    const std::size_t begin = i / batches * range_rows, first = i % batches * batch_queries;
    const Queries batch{queries.rows + first * width, std::min(batch_queries, queries.size - first),
                        queries.excluded == nullptr ? nullptr : queries.excluded + first};
    found[i] = search_range(unit, batch, k, begin, std::min(rows, begin + range_rows));
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

void check_row(const char* argument, Index row, Index rows) {
  if (row >= 0 && row < rows) return;
  throw IndexError(
      fmt::format("NeighbourSearch: {} {} is out of range [0, {})", argument, row, rows));
}

}  // namespace

NeighbourSearch::NeighbourSearch(Array vectors) : unit_(std::move(vectors)) {
  check_shape(unit_.dimension() == 2, "NeighbourSearch", "vectors", unit_.shape(), "[N, D]");
  normalize("vectors", unit_);
}

const Real* NeighbourSearch::unit_row(Index row) const {
  check_row("row", row, size());
  return unit_.data() + static_cast<std::size_t>(row) * width();
}

double NeighbourSearch::cosine(Index a, Index b) const {
  return cosine_of(unit_row(a), unit_row(b), width());
}

NeighbourLists NeighbourSearch::nearest(const Array& queries, Index k,
                                        const std::vector<std::vector<Index>>& excluded) const {
  check_shape(queries.dimension() == 2 && queries.shape()[1] == width(), "NeighbourSearch",
              "queries", queries.shape(), fmt::format("[Q, {}]", width()));
  const std::size_t count = queries.shape()[0];
  if (!excluded.empty() && excluded.size() != count) {
    throw ShapeError(
        fmt::format("NeighbourSearch: excluded has the rows of {} queries, those of {} are wanted",
                    excluded.size(), count));
  }
  Array unit = queries;
  normalize("queries", unit);
  return nearest_to_units(unit, k, excluded);
}

NeighbourLists NeighbourSearch::nearest_to_units(
    const Array& queries, Index k, const std::vector<std::vector<Index>>& excluded) const {
  const ProfileSpan span("nearest rows");
  const std::size_t count = queries.shape()[0];
  for (const auto& rows : excluded) {
    for (const Index row : rows) check_row("excluded row", row, size());
  }
  if (k < 0) throw std::invalid_argument(fmt::format("NeighbourSearch: k is {}, below 0", k));
  if (k == 0) return NeighbourLists(count);
  NeighbourLists result;
  for (std::size_t first = 0; first < count; first += most_queries) {
    const Queries some{queries.data() + first * width(), std::min(most_queries, count - first),
                       excluded.empty() ? nullptr : excluded.data() + first};
    search(unit_, some, static_cast<std::size_t>(std::min(k, size())), result);
  }
  return result;
}

NeighbourLists NeighbourSearch::nearest_to_rows(const std::vector<Index>& rows, Index k,
                                                const std::vector<Index>& never) const {
  Array queries(Shape{rows.size(), width()});
  std::vector<std::vector<Index>> excluded(rows.size(), never);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy_n(unit_row(rows[i]), width(), queries.data() + i * width());
    excluded[i].push_back(rows[i]);
  }
  return nearest_to_units(queries, k, excluded);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
