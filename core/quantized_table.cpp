#include <tapegrad/core/quantized_table.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <tapegrad/core/half.hpp>
#include <tapegrad/core/kernels/bags.hpp>
#include <tapegrad/core/kernels/rows.hpp>
#include <tapegrad/core/kernels/simd.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/core/shapes.hpp>
#include <tapegrad/core/tape.hpp>

namespace tapegrad {

QuantizedKind quantized_kind(const std::string& name) {
  for (const auto kind : {QuantizedKind::float16, QuantizedKind::int8, QuantizedKind::int4}) {
    if (name == to_string(kind)) return kind;
  }
  throw std::invalid_argument(
      fmt::format("quantized: \"{}\" is not one of float16, int8, int4", name));
}

std::string to_string(QuantizedKind kind) {
  if (kind == QuantizedKind::float16) return "float16";
  return kind == QuantizedKind::int8 ? "int8" : "int4";
}

std::size_t code_bytes(QuantizedKind kind, std::size_t width) {
  if (kind == QuantizedKind::float16) return 2 * width;
  return kind == QuantizedKind::int8 ? width : (width + 1) / 2;
}

QuantizedTable::QuantizedTable(QuantizedKind kind, std::size_t rows, std::size_t width)
    : kind_(kind),
      rows_(rows),
      width_(width),
      code_bytes_(tapegrad::code_bytes(kind, width)),
      row_bytes_(code_bytes_ + (kind == QuantizedKind::float16 ? 0 : sizeof(RowScale))),
      bytes_(rows * row_bytes_) {}

RowScale QuantizedTable::scale(std::size_t row) const {
  RowScale scale;
  if (kind_ != QuantizedKind::float16) {
    std::memcpy(&scale, this->row(row) + code_bytes_, sizeof scale);
  }
  return scale;
}

void QuantizedTable::set_scale(std::size_t row, const RowScale& scale) {
  std::memcpy(this->row(row) + code_bytes_, &scale, sizeof scale);
}

void QuantizedTable::append(const QuantizedTable& more) {
  if (more.kind_ != kind_ || more.width_ != width_) {
    throw std::invalid_argument(
        fmt::format("QuantizedTable::append: {} rows of width {} behind {} rows of width {}",
                    to_string(more.kind_), more.width_, to_string(kind_), width_));
  }
  bytes_.insert(bytes_.end(), more.bytes_.begin(), more.bytes_.end());
  rows_ += more.rows_;
}

inline namespace TAPEGRAD_PRECISION {
namespace {

[[noreturn]] void refuse(std::size_t row, const std::string& why) {
  throw std::invalid_argument(fmt::format("quantize: row {} {}", row, why));
}

// The rows' work, with `quantize_row(row, its numbers)` for each.
template <class F>
void for_each_row(const Array& table, const F& quantize_row) {
  const std::size_t width = table.shape()[1];
  parallel_ranges(table.shape()[0], 4 * width, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      const Real* numbers = table.data() + row * width;
      for (std::size_t d = 0; d < width; ++d) {
        if (std::isfinite(numbers[d])) continue;
        refuse(row, fmt::format("has {} in column {}, finite numbers are wanted", numbers[d], d));
      }
      quantize_row(row, numbers);
    }
  });
}

void round_rows(const Array& table, QuantizedTable& to) {
  for_each_row(table, [&](std::size_t row, const Real* numbers) {
    for (std::size_t d = 0; d < to.width(); ++d) {
      const Half half = to_half(static_cast<float>(numbers[d]));
      if (!std::isfinite(to_float(half))) {
        refuse(row, fmt::format("has {} in column {}, float16 goes up to 65504", numbers[d], d));
      }
      std::memcpy(to.row(row) + d * sizeof half, &half, sizeof half);
    }
  });
}

// The greatest number of a row less the least.
double range_of(std::size_t row, const Real* numbers, std::size_t width, Real least) {
  const Real greatest = *std::max_element(numbers, numbers + width);
  const double range = static_cast<double>(greatest) - static_cast<double>(least);
  if (range > static_cast<double>(std::numeric_limits<float>::max())) {
    refuse(row, fmt::format("reaches from {} to {}, further than float does", least, greatest));
  }
  return range;
}

// In double, so that the nearest code is found for numbers far from zero and close to each other.
void scale_rows(const Array& table, QuantizedTable& to) {
  const bool halves = to.kind() == QuantizedKind::int4;
  const double largest = halves ? 15 : 255;
  const std::size_t width = to.width();
  if (width == 0) return;
  for_each_row(table, [&](std::size_t row, const Real* numbers) {
    const Real least = *std::min_element(numbers, numbers + width);
    const double range = range_of(row, numbers, width, least);
    const RowScale scale{static_cast<float>(range / largest), static_cast<float>(least)};
    to.set_scale(row, scale);
    if (scale.scale == 0) return;
    for (std::size_t d = 0; d < width; ++d) {
      const double above = static_cast<double>(numbers[d]) - static_cast<double>(least);
      const auto q = static_cast<unsigned>(std::nearbyint(above * (largest / range)));
      std::uint8_t& byte = to.row(row)[halves ? d / 2 : d];
      byte = static_cast<std::uint8_t>(byte | q << (halves && d % 2 == 1 ? 4U : 0U));
    }
  });
}

Simd::SumQuantized* loop_of(QuantizedKind kind) {
  if (kind == QuantizedKind::float16) return simd().sum_float16_rows;
  return kind == QuantizedKind::int8 ? simd().sum_int8_rows : simd().sum_int4_rows;
}

// The sums of `count` lists of rows, or without starts as many rows.
void sum_rows_of(const QuantizedTable& table, const RowSums& sums, std::size_t count) {
  const QuantizedRows rows{table.row(0), table.row_bytes()};
  Simd::SumQuantized* const loop = loop_of(table.kind());
  const std::size_t length =
      count == 0 || sums.starts == nullptr ? 1 : sums.starts[count] / count + 1;
  const std::size_t cost = length * sums.width;
  parallel_ranges(count, cost,
                  [&](std::size_t begin, std::size_t end) { loop(sums, rows, begin, end); });
}

// The rows of ids of this shape: -> [..., D].
Array gather(const QuantizedTable& table, const Index* ids, Shape shape) {
  const std::size_t n = count(shape);
  shape.push_back(table.width());
  Array y(shape);
  sum_rows_of(table, {.width = table.width(), .rows = ids, .to = y.data()}, n);
  return y;
}

}  // namespace

QuantizedTable quantize(const Array& table, QuantizedKind kind) {
  check_shape(table.dimension() == 2, "quantize", "table", table.shape(), "[V, D]");
  QuantizedTable result(kind, table.shape()[0], table.shape()[1]);
  if (kind == QuantizedKind::float16) {
    round_rows(table, result);
  } else {
    scale_rows(table, result);
  }
  return result;
}

Array dequantize(const QuantizedTable& table) {
  std::vector<Index> rows(table.rows());
  std::iota(rows.begin(), rows.end(), Index(0));
  return gather(table, rows.data(), {table.rows()});
}

Tensor embedding(const QuantizedTable& table, const IndexArray& ids) {
  const ProfileSpan span("embedding");
  check_ids("embedding", ids, table.rows());
  return Tensor(gather(table, ids.data(), ids.shape()));
}

Tensor embedding_bag(const QuantizedTable& table, const Bags& bags,
                     const EmbeddingBagOptions& options, const Tensor& weights) {
  const ProfileSpan span("embedding_bag");
  const char* name = "embedding_bag";
  check_ids(name, bags.ids, table.rows());
  check_bag_mode(name, options.mode, options.scale_grad_by_freq);
  if (options.mode == BagMode::max) {
    throw std::invalid_argument("embedding_bag: quantized rows have BagMode::sum and mean only");
  }
  check_bag_weights(name, bags, options.mode, weights);
  if (recording(weights)) {
    throw std::logic_error("embedding_bag: over quantized rows the weights have no gradient");
  }
  const std::vector<std::size_t> starts = bag_starts(name, bags);
  const std::size_t count = starts.size() - 1;
  Array y(Shape{count, table.width()});
  sum_rows_of(table,
              {.width = table.width(),
               .rows = bags.ids.data(),
               .starts = starts.data(),
               .factors = weights.defined() ? weights.value().data() : nullptr,
               .skip = padding_row(name, options.padding_idx, table.rows()),
               .mean = options.mode == BagMode::mean,
               .to = y.data()},
              count);
  return Tensor(std::move(y));
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
