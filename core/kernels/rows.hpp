// Ids and the rows of tables they name.
#pragma once

#include <optional>
#include <tapegrad/core/array.hpp>
#include <vector>

namespace tapegrad {

/// Throws IndexError when an id is not in 0 .. rows-1, naming the operation, the id, its flat
/// position and its multi-index.
void check_ids(const char* operation, const IndexArray& ids, std::size_t rows);

/// The row that `padding_idx` names, which may count from the end; -1 if there is none. Throws
/// IndexError when it is not in -rows .. rows-1.
Index padding_row(const char* operation, std::optional<Index> padding_idx, std::size_t rows);

/// Which positions hold which id: rows[i] stands at positions[starts[i]] ..
/// positions[starts[i+1]-1], in the order of the input. Rows are strictly increasing.
struct RowIndex {
  std::vector<Index> rows;
  std::vector<std::size_t> starts;
  std::vector<Index> positions;

  /// About how many numbers of width D are added for one row.
  std::size_t cost(std::size_t width) const {
    return rows.empty() ? 0 : (positions.size() / rows.size() + 1) * width;
  }
};

/// Groups positions 0 .. n-1 by id, leaving out those whose id is `skip` (-1: none is).
RowIndex group_by_row(const Index* ids, std::size_t n, Index skip);

}  // namespace tapegrad
