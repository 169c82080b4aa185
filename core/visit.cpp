#include <tapegrad/core/visit.hpp>

#include <algorithm>
#include <iterator>

namespace tapegrad::inline TAPEGRAD_PRECISION {

void freeze_rows(Parameter p, const std::vector<Index>& rows) {
  std::vector<Index> all = p.frozen_rows();
  all.insert(all.end(), rows.begin(), rows.end());
  p.set_frozen_rows(std::move(all));
}

void unfreeze_rows(Parameter p, const std::vector<Index>& rows) {
  std::vector<Index> left;
  std::copy_if(p.frozen_rows().begin(), p.frozen_rows().end(), std::back_inserter(left),
               [&](Index row) { return std::find(rows.begin(), rows.end(), row) == rows.end(); });
  p.set_frozen_rows(std::move(left));
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
