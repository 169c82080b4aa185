// What bags compute: sums, means and maxima of rows, and their gradients.
#pragma once

#include <algorithm>
#include <tapegrad/core/kernels/rows.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/table_rows.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// The bags of one call, as forward and backward see them.
struct BagPlan {
  BagMode mode;
  std::size_t width;
  Index padding;
  bool by_frequency;  // each row's gradient is divided by the number of its positions
  IndexArray ids;
  std::vector<std::size_t> starts;
  RowIndex index = {};      // of the ids that are not padding, if the call is recorded
  IndexArray winners = {};  // max: [B, D], the position of each result's id

  std::size_t size() const { return starts.size() - 1; }
  bool is_padding(std::size_t position) const { return ids.data()[position] == padding; }
  // About how many numbers are added for one bag.
  std::size_t cost() const {
    return starts.size() < 2 ? 0 : (ids.size() / (starts.size() - 1) + 1) * width;
  }
  // The number of entries of a bag that are not padding.
  std::size_t entries(std::size_t bag) const {
    const auto padded = std::count(ids.data() + starts[bag], ids.data() + starts[bag + 1], padding);
    return starts[bag + 1] - starts[bag] - static_cast<std::size_t>(padded);
  }
};

/// The results [B, D]; for maxima, `plan` keeps who won. `weights` scale the rows of a sum, if
/// given.
Array bag_values(BagPlan& plan, const TableRows& table, const Real* weights);
/// The gradient of the table, given that of the results.
RowGrad bag_table_gradient(const BagPlan& plan, const Array& dy, const Real* weights);
/// The gradient of the weights, of the shape of the ids.
Array bag_weights_gradient(const BagPlan& plan, const Array& dy, const Array& table);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
