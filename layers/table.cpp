#include <tapegrad/layers/table.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <tapegrad/core/kernels/rows.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/core/memory.hpp>
#include <tapegrad/core/shapes.hpp>
#include <tapegrad/core/visit.hpp>
#include <tapegrad/layers/init.hpp>
#include <utility>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace table {

std::optional<Index> padding(const char* layer, const Shape& shape, std::optional<Index> idx) {
  if (!idx) return {};
  return padding_row(layer, idx, shape.at(0));
}

Parameter random(const char* layer, std::size_t rows, std::size_t width, Rng& rng,
                 std::optional<Index> padding_idx) {
  const auto row = padding(layer, {rows, width}, padding_idx);
  check_memory(layer, rows, width);
  Parameter p(zeros({rows, width}));
  if (row) freeze_rows(p, {*row});
  init::normal(p, rng);
  return p;
}

Parameter pretrained(const char* layer, Array weights, bool freeze,
                     std::optional<Index> padding_idx) {
  check_shape(weights.dimension() == 2, layer, "weights", weights.shape(), "[V, D]");
  if (const auto row = padding(layer, weights.shape(), padding_idx)) {
    const std::size_t width = weights.shape()[1];
    Real* begin = weights.data() + static_cast<std::size_t>(*row) * width;
    if (std::any_of(begin, begin + width, [](Real x) { return x != 0; })) {
      warn(fmt::format("{}: the padding row {} of the pretrained weights was not zero; it is now",
                       layer, *row));
      std::fill(begin, begin + width, Real(0));
    }
  }
  Parameter p = shared(layer, Parameter(std::move(weights)), padding_idx);
  p.set_frozen(freeze);
  return p;
}

Parameter shared(const char* layer, Parameter table, std::optional<Index> padding_idx) {
  check_shape(table.shape().size() == 2, layer, "table", table.shape(), "[V, D]");
  if (const auto row = padding(layer, table.shape(), padding_idx)) freeze_rows(table, {*row});
  return table;
}

}  // namespace table
}  // namespace tapegrad::inline TAPEGRAD_PRECISION
