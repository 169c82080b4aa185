#include <tapegrad/core/table_rows.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

TableRows::TableRows(const Tensor& table, const IndexArray& ids, const RowIndex& index,
                     Index padding)
    : rows_(table.stored().data()), places_(ids.data()), width_(table.size(1)), padding_(padding) {
  if (!table.leaf() || !table.leaf()->lags()) return;
  Leaf& leaf = *table.leaf();
  leaf.lagging->catch_up(leaf, index.rows);
  if (padding >= 0) leaf.lagging->catch_up(leaf, {padding});
}

TableRows::TableRows(const Tensor& table, const IndexArray& ids, Index padding)
    : rows_(table.stored().data()), places_(ids.data()), width_(table.size(1)), padding_(padding) {
  if (!table.leaf() || !table.leaf()->lags()) return;
  const RowIndex index = group_by_row(ids.data(), ids.size(), -1);
  copies_ = table.leaf()->lagging->read(*table.leaf(), index.rows);
  places_of_copies_.resize(ids.size());
  padding_ = -1;
  for (std::size_t row = 0; row < index.rows.size(); ++row) {
    if (index.rows[row] == padding) padding_ = static_cast<Index>(row);
    for (std::size_t i = index.starts[row]; i < index.starts[row + 1]; ++i) {
      places_of_copies_[static_cast<std::size_t>(index.positions[i])] = static_cast<Index>(row);
    }
  }
  rows_ = copies_.data();
  places_ = places_of_copies_.data();
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
