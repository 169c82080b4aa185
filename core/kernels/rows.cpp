#include <tapegrad/core/kernels/rows.hpp>

#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <numeric>
#include <tapegrad/core/errors.hpp>

namespace tapegrad {
namespace {

std::vector<std::size_t> multi_index(std::size_t position, const Shape& shape) {
  std::vector<std::size_t> index(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    index[axis] = position % shape[axis];
    position /= shape[axis];
  }
  return index;
}

struct Entry {
  Index row;
  std::size_t position;
};

// One pass of a radix sort: by `digits` bits of the row from bit `shift` on, keeping the order of
// equal ones.
void sort_by_bits(const std::vector<Entry>& from, std::vector<Entry>& to, int shift, int digits) {
  const auto digit = [=](const Entry& entry) {
    return static_cast<std::size_t>(entry.row >> shift) & ((std::size_t(1) << digits) - 1);
  };
  std::vector<std::size_t> places(std::size_t(1) << digits);
  for (const Entry& entry : from) ++places[digit(entry)];
  std::exclusive_scan(places.begin(), places.end(), places.begin(), std::size_t(0));
  for (const Entry& entry : from) to[places[digit(entry)]++] = entry;
}

// The positions whose id is not `skip`, by id and then by position.
std::vector<Entry> sorted_entries(const Index* ids, std::size_t n, Index skip) {
  std::vector<Entry> entries;
  entries.reserve(n);
  Index largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (ids[i] == skip) continue;
    entries.push_back({ids[i], i});
    largest = std::max(largest, ids[i]);
  }
  constexpr int most_digits = 11;  // 2048 counters stay in the first cache
  const auto bits = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(largest)));
  const int passes = (bits + most_digits - 1) / most_digits;
  const int digits = passes > 0 ? (bits + passes - 1) / passes : 0;
  std::vector<Entry> other(entries.size());
  for (int pass = 0; pass < passes; ++pass) {
    sort_by_bits(entries, other, pass * digits, digits);
    entries.swap(other);
  }
  return entries;
}

}  // namespace

void check_ids(const char* operation, const IndexArray& ids, std::size_t rows) {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Index id = ids.data()[i];
    if (id >= 0 && static_cast<std::size_t>(id) < rows) continue;
    throw IndexError(fmt::format("{}: id {} at position {} ([{}]) is out of range [0, {})",
                                 operation, id, i, fmt::join(multi_index(i, ids.shape()), ", "),
                                 rows));
  }
}

Index padding_row(const char* operation, std::optional<Index> padding_idx, std::size_t rows) {
  if (!padding_idx) return -1;
  const auto count = static_cast<Index>(rows);
  if (*padding_idx < -count || *padding_idx >= count) {
    throw IndexError(fmt::format("{}: padding_idx {} is out of range [{}, {})", operation,
                                 *padding_idx, -count, count));
  }
  return *padding_idx < 0 ? *padding_idx + count : *padding_idx;
}

RowIndex group_by_row(const Index* ids, std::size_t n, Index skip) {
  RowIndex index;
  const std::vector<Entry> entries = sorted_entries(ids, n, skip);
  index.positions.reserve(entries.size());
  for (const Entry& entry : entries) {
    if (index.rows.empty() || index.rows.back() != entry.row) {
      index.rows.push_back(entry.row);
      index.starts.push_back(index.positions.size());
    }
    index.positions.push_back(entry.position);
  }
  index.starts.push_back(index.positions.size());
  return index;
}

}  // namespace tapegrad
