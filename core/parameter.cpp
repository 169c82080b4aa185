#include <tapegrad/core/parameter.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <tapegrad/core/errors.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

std::uint64_t next_id() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

Parameter::Parameter(Array value)
    : leaf_(std::make_shared<Leaf>(Leaf{next_id(), std::move(value)})) {}

Array& Parameter::mutate() {
  leaf_->settle();
  return mutate_stored();
}

Array& Parameter::mutate_stored() {
  ++leaf_->version;
  return leaf_->stored;
}

void Parameter::set_frozen(bool frozen) {
  if (frozen) leaf_->settle();
  leaf_->frozen = frozen;
}

void Parameter::assign(Array value) {
  if (value.shape() != shape()) {
    throw ShapeError(fmt::format("Parameter::assign: value has shape {}, the parameter has {}",
                                 to_string(value.shape()), to_string(shape())));
  }
  mutate() = std::move(value);
}

void Parameter::set_frozen_rows(std::vector<Index> rows) {
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  const auto count = static_cast<Index>(rows_of(shape()));
  for (const Index row : rows) {
    if (row < 0 || row >= count) {
      throw IndexError(fmt::format("freeze_rows: row {} is out of range [0, {})", row, count));
    }
  }
  leaf_->settle();  // rows that were frozen do not lag, those that will be must not
  leaf_->frozen_rows = std::move(rows);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
