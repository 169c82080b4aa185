#include <tapegrad/core/kernels/rows.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <numeric>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad {
namespace {

// An id and where it stands. Number is 32 bits wide where that is enough: sorting moves half as
// much.
template <class Number>
struct Entry {
  Number row;
  Number position;
};

// One pass of a radix sort: by `digits` bits of the row from bit `shift` on, keeping the order of
// equal ones.
template <class Number>
void sort_by_bits(const std::vector<Entry<Number>>& from, std::vector<Entry<Number>>& to, int shift,
                  int digits) {
  const auto digit = [shift, mask = (Number(1) << digits) - 1](const Entry<Number>& entry) {
    return static_cast<std::size_t>((entry.row >> shift) & mask);
  };
  std::vector<std::size_t> places(std::size_t(1) << digits);
  for (const auto& entry : from) ++places[digit(entry)];
  std::exclusive_scan(places.begin(), places.end(), places.begin(), std::size_t(0));
  for (const auto& entry : from) to[places[digit(entry)]++] = entry;
}

// The positions whose id is not `skip`, by id and then by position.
template <class Number>
std::vector<Entry<Number>> sorted_entries(const Index* ids, std::size_t n, Index skip,
                                          Index largest) {
  std::vector<Entry<Number>> entries;
  entries.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    if (ids[i] == skip) continue;
    entries.push_back({static_cast<Number>(ids[i]), static_cast<Number>(i)});
  }
  constexpr int most_digits = 11;  // 2048 counters stay in the first cache
  const auto bits = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(largest)));
  const int passes = (bits + most_digits - 1) / most_digits;
  const int digits = passes > 0 ? (bits + passes - 1) / passes : 0;
  std::vector<Entry<Number>> other(entries.size());
  for (int pass = 0; pass < passes; ++pass) {
    sort_by_bits(entries, other, pass * digits, digits);
    entries.swap(other);
  }
  return entries;
}

template <class Number>
RowIndex grouped(const std::vector<Entry<Number>>& entries) {
  const std::size_t n = entries.size();
  RowIndex index;
  index.positions.resize(n);
  index.rows.resize(n);
  index.starts.resize(n + 1);
  // Written at each entry, moved on only at the last one of a row: no branch to guess.
  std::size_t row = 0;
  for (std::size_t i = 0; i < n; ++i) {
    index.positions[i] = static_cast<Index>(entries[i].position);
    index.rows[row] = static_cast<Index>(entries[i].row);
    index.starts[row + 1] = i + 1;
    row += i + 1 == n || entries[i].row != entries[i + 1].row;
  }
  index.rows.resize(row);
  index.starts.resize(row + 1);
  return index;
}

}  // namespace

void check_ids(const char* operation, const IndexArray& ids, std::size_t rows) {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Index id = ids.data()[i];
    if (id >= 0 && static_cast<std::size_t>(id) < rows) continue;
    throw IndexError(fmt::format("{}: id {} at position {} ({}) is out of range [0, {})", operation,
                                 id, i, multi_index(i, ids.shape()), rows));
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
  const Index largest = n == 0 ? 0 : *std::max_element(ids, ids + n);
  constexpr std::size_t short_numbers = std::numeric_limits<std::uint32_t>::max();
  if (n <= short_numbers && static_cast<std::size_t>(largest) <= short_numbers) {
    return grouped(sorted_entries<std::uint32_t>(ids, n, skip, largest));
  }
  return grouped(sorted_entries<std::uint64_t>(ids, n, skip, largest));
}

}  // namespace tapegrad
