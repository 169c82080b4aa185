// The rows of a table, as lookups read them.
#pragma once

#include <tapegrad/core/kernels/rows.hpp>
#include <tapegrad/core/tensor.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// The row of each position of a lookup. Rows that lag behind their optimizer (LaggingRows) are
/// brought up to date in the table if the lookup is recorded, and else copied: only training writes
/// to a table. table is [V, D], ids are checked already; both must live on.
class TableRows {
 public:
  /// Of a lookup that is recorded: `index` has its ids, all but `padding` (-1: there is none).
  TableRows(const Tensor& table, const IndexArray& ids, const RowIndex& index, Index padding);
  /// Of a lookup that is not.
  TableRows(const Tensor& table, const IndexArray& ids);
  TableRows(const TableRows&) = delete;
  TableRows& operator=(const TableRows&) = delete;

  const Real* operator[](std::size_t position) const {
    return rows_ + static_cast<std::size_t>(places_[position]) * width_;
  }

 private:
  const Real* rows_;
  const Index* places_;  // of each position, the number of its row
  std::size_t width_;
  Array copies_ = {};
  std::vector<Index> places_of_copies_ = {};
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
