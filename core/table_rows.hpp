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
  /// Of a lookup that is recorded: `index` has its ids, all but `padding` (-1: none is).
  TableRows(const Tensor& table, const IndexArray& ids, const RowIndex& index, Index padding);
  /// Of a lookup that is not.
  TableRows(const Tensor& table, const IndexArray& ids, Index padding);
  TableRows(const TableRows&) = delete;
  TableRows& operator=(const TableRows&) = delete;

  /// The first of the rows, and the number of the row of each position.
  const Real* data() const { return rows_; }
  const Index* places() const { return places_; }
  /// The number of the padding row among them; -1 if there is none.
  Index padding() const { return padding_; }
  const Real* operator[](std::size_t position) const {
    return rows_ + static_cast<std::size_t>(places_[position]) * width_;
  }
  /// Asks for the row of a position that is read soon: tables are larger than the caches, and ids
  /// are in no order. (GCC leaves calls out that do nothing else, unless they are inlined.)
  [[gnu::always_inline]] void prefetch(std::size_t position) const {
    constexpr std::size_t line = 64 / sizeof(Real);
    const Real* row = (*this)[position];
    for (std::size_t d = 0; d < width_; d += line) __builtin_prefetch(row + d);
  }

 private:
  const Real* rows_;
  const Index* places_;
  std::size_t width_;
  Index padding_;
  Array copies_ = {};
  std::vector<Index> places_of_copies_ = {};
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
