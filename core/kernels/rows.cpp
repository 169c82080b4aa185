#include <tapegrad/core/kernels/rows.hpp>

#include <fmt/ranges.h>

#include <algorithm>
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
  index.positions.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    if (ids[i] != skip) index.positions.push_back(i);
  }
  std::stable_sort(index.positions.begin(), index.positions.end(),
                   [ids](std::size_t a, std::size_t b) { return ids[a] < ids[b]; });
  for (std::size_t i = 0; i < index.positions.size(); ++i) {
    const Index row = ids[index.positions[i]];
    if (index.rows.empty() || index.rows.back() != row) {
      index.rows.push_back(row);
      index.starts.push_back(i);
    }
  }
  index.starts.push_back(index.positions.size());
  return index;
}

}  // namespace tapegrad
