#include <tapegrad/core/visit.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

void freeze_rows(Parameter p, const std::vector<Index>& rows) {
  std::vector<Index> all = p.frozen_rows();
  all.insert(all.end(), rows.begin(), rows.end());
  p.set_frozen_rows(std::move(all));
}

void unfreeze_rows(Parameter p, const std::vector<Index>& rows) {
  const auto count = static_cast<Index>(rows_of(p.shape()));
  for (const Index row : rows) {
    if (row >= 0 && row < count) continue;
    throw IndexError(fmt::format("unfreeze_rows: row {} is out of range [0, {})", row, count));
  }
  std::vector<Index> freed = rows;
  std::sort(freed.begin(), freed.end());
  std::vector<Index> left;
  std::set_difference(p.frozen_rows().begin(), p.frozen_rows().end(), freed.begin(), freed.end(),
                      std::back_inserter(left));
  p.set_frozen_rows(std::move(left));
}

std::vector<Index> masked_rows(const Parameter& p, const Mask& mask) {
  const bool fits = mask.shape() == Shape{rows_of(p.shape())};
  check_shape(fits, "freeze_rows", "mask", mask.shape(), fmt::format("[{}]", rows_of(p.shape())));
  std::vector<Index> rows;
  for (std::size_t row = 0; row < mask.size(); ++row) {
    if (mask.data()[row]) rows.push_back(static_cast<Index>(row));
  }
  return rows;
}

ValueCount count_values(const std::vector<NamedParameter>& parameters) {
  ValueCount count;
  for (const auto& [name, p] : parameters) {
    const std::size_t all = tapegrad::count(p.shape());
    const std::size_t width = row_width(p.shape());
    const std::size_t frozen = p.frozen() ? all : p.frozen_rows().size() * width;
    count.frozen += frozen;
    count.trainable += all - frozen;
  }
  return count;
}

Parameter clone(const Parameter& p) {
  Parameter copy(p.value());
  copy.set_frozen(p.frozen());
  copy.set_frozen_rows(p.frozen_rows());
  return copy;
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
