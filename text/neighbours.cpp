#include <tapegrad/text/neighbours.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/core/shapes.hpp>
#include <tapegrad/text/nearest_rows.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// Makes the rows have length 1.
void normalize(const char* argument, Array& rows) {
  const std::size_t width = rows.shape()[1];
  parallel_ranges(rows.shape()[0], width, [&](std::size_t begin, std::size_t end) {
    for (std::size_t r = begin; r < end; ++r) {
      Real* row = rows.data() + r * width;
      const double length = std::sqrt(detail::exact_dot(row, row, width));
      if (!std::isfinite(length)) {
        throw std::invalid_argument(fmt::format(
            "NeighbourSearch: row {} of {} has numbers that are not finite", r, argument));
      }
      if (length == 0) continue;
      for (std::size_t i = 0; i < width; ++i) row[i] = static_cast<Real>(row[i] / length);
    }
  });
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
  return detail::cosine_of(unit_row(a), unit_row(b), width());
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
  detail::nearest_rows(unit_, {queries.data(), count, excluded.empty() ? nullptr : excluded.data()},
                       static_cast<std::size_t>(std::min(k, size())), result);
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
