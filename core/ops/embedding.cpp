#include <algorithm>
#include <limits>
#include <tapegrad/core/kernels/rows.hpp>
#include <tapegrad/core/kernels/simd.hpp>
#include <tapegrad/core/max_norm.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>
#include <tapegrad/core/table_rows.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

Array gather(const IndexArray& ids, const TableRows& rows, std::size_t width) {
  Shape shape = ids.shape();
  shape.push_back(width);
  Array y(shape);
  constexpr std::size_t ahead = 8;
  parallel_ranges(ids.size(), width, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (i + ahead < end) rows.prefetch(i + ahead);
      std::copy_n(rows[i], width, y.data() + i * width);
    }
  });
  return y;
}

// The gradient of each row: the sum of the upstream gradients at its positions, in input order, or
// their mean.
RowGrad row_gradient(const Array& dy, const RowIndex& index, std::size_t width, bool mean) {
  Array values(Shape{index.rows.size(), width});
  const RowSums sums{.from = dy.data(),
                     .width = width,
                     .rows = index.positions.data(),
                     .starts = index.starts.data(),
                     .mean = mean,
                     .to = values.data()};
  parallel_ranges(index.rows.size(), index.cost(width),
                  [&](std::size_t begin, std::size_t end) { simd().sum_rows(sums, begin, end); });
  return {index.rows, std::move(values)};
}

}  // namespace

// [V, D], ids [...] -> [..., D]
Tensor embedding(const Tensor& table, const IndexArray& ids, const EmbeddingOptions& options) {
  const ProfileSpan span("embedding");
  check_shape(table.dim() == 2, "embedding", "table", table.shape(), "[V, D]");
  check_ids("embedding", ids, table.size(0));
  const Index padding = padding_row("embedding", options.padding_idx, table.size(0));
  check_max_norm("embedding", table, options.max_norm, options.norm_type);
  if (!recording(table)) {
    const TableRows rows(table, ids, padding);
    return record("embedding", {table}, Tensor(gather(ids, rows, table.size(1))), {}, {});
  }
  RowIndex index = group_by_row(ids.data(), ids.size(), padding);
  const TableRows rows(table, ids, index, padding);
  if (options.max_norm) {
    limit_norms(*table.leaf(), index.rows, *options.max_norm, options.norm_type);
  }
  Tensor y(gather(ids, rows, table.size(1)));
  return record("embedding", {table}, std::move(y), {},
                [index = std::move(index), width = table.size(1),
                 mean = options.scale_grad_by_freq](const Array& dy, const Saved&, Sink& sink) {
                  if (sink.wants(0)) sink.add(0, row_gradient(dy, index, width, mean));
                });
}

Mask padding_mask(const IndexArray& ids, Index padding_idx) {
  const ProfileSpan span("padding_mask");
  Mask mask = Mask::from_shape(ids.shape());
  std::transform(ids.data(), ids.data() + ids.size(), mask.data(),
                 [padding_idx](Index id) { return id == padding_idx; });
  return mask;
}

#ifdef TAPEGRAD_DOUBLE
namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
const Tensor no_rows(zeros({0, 2}));
const IndexArray no_ids = IndexArray::from_shape({0});
const auto look_up_with = [](IndexArray ids, EmbeddingOptions options) {
  return [ids, options](const std::vector<Tensor>& x) { return embedding(x[0], ids, options); };
};
const auto look_up = [](IndexArray ids, std::optional<Index> padding = {}) {
  return look_up_with(ids, {.padding_idx = padding});
};
const auto reject = [](IndexArray ids, EmbeddingOptions options = {}) {
  return [ids, options] { embedding(Parameter(zeros({5, 2})), ids, options); };
};
const bool samples = add_samples(
    "embedding",
    {{"repeated ids, the last row", {distinct({4, 3})}, look_up({{0, 1, 1}, {3, 0, 1}})},
     {"padding", {distinct({4, 3})}, look_up({{0, 1, 1}, {3, 0, 1}}, 0), {0}},
     {"the last row is padding", {distinct({4, 3})}, look_up({{0, 3}, {3, 3}}, -1), {3}},
     {"padding only", {distinct({4, 3})}, look_up({2, 2}, 2), {2}},
     {"one id without a batch", {distinct({4, 3})}, look_up(IndexArray(2))},
     {"ids of three dimensions", {distinct({4, 3})}, look_up({{{0, 3}}, {{1, 1}}, {{2, 0}}})},
     {"no ids", {distinct({4, 3})}, look_up(IndexArray::from_shape({2, 0}))},
     {"no rows and no ids", {distinct({0, 3})}, look_up(no_ids)},
     {"no width", {distinct({4, 0})}, look_up({0, 3})},
     {"max_norm", {distinct({4, 3})}, look_up_with({0, 1, 1}, {.max_norm = 0.5})},
     {"max_norm and padding",
      {distinct({4, 3})},
      look_up_with({0, 1, 1}, {.padding_idx = 1, .max_norm = 0.5, .norm_type = infinity}),
      {1}},
     {"scaled by frequencies of one",
      {distinct({4, 3})},
      look_up_with({2, 0, 3}, {.scale_grad_by_freq = true})},
     {"a table that is itself a result",
      {distinct({4, 3})},
      [](const auto& x) {
        return embedding(mul(x[0], x[0]), {1, 3, 1});
      }},
     {"one table looked up twice and used whole",
      {distinct({3, 2})},
      [](const auto& x) {
        return add(mul(embedding(x[0], {0, 1, 1}), embedding(x[0], {1, 2, 0})), x[0]);
      }}},
    {{"embedding: id 7 at position 5 ([1, 2]) is out of range [0, 5)",
      reject({{0, 1, 2}, {3, 4, 7}})},
     {"embedding: id -1 at position 1 ([1]) is out of range [0, 5)", reject({0, -1})},
     {"embedding: id 5 at position 0 ([]) is out of range [0, 5)", reject(IndexArray(5))},
     {"embedding: id 7 at position 0 ([0]) is out of range [0, 5)", reject({7}, {.max_norm = 1})},
     {"embedding: id 0 at position 0 ([0]) is out of range [0, 0)",
      [] { embedding(no_rows, {0}); }},
     {"embedding: padding_idx 5 is out of range [-5, 5)", reject({0}, {.padding_idx = 5})},
     {"embedding: padding_idx -6 is out of range [-5, 5)", reject({0}, {.padding_idx = -6})},
     {"embedding: padding_idx 0 is out of range [0, 0)",
      [] { embedding(no_rows, no_ids, {.padding_idx = 0}); }},
     {"embedding: table has shape [5], [V, D] is wanted",
      [] { embedding(Tensor(zeros({5})), {0}); }},
     {"embedding: max_norm 0 is not above 0", reject({0}, {.max_norm = 0})},
     {"embedding: max_norm -1 is not above 0", reject({0}, {.max_norm = -1})},
     {"embedding: max_norm nan is not above 0", reject({0}, {.max_norm = nan})},
     {"embedding: norm_type 0 is not above 0", reject({0}, {.max_norm = 1, .norm_type = 0})},
     {"embedding: norm_type nan is not above 0", reject({0}, {.max_norm = 1, .norm_type = nan})},
     {"embedding: max_norm changes the table, which must be a parameter", [] {
        embedding(Tensor(zeros({5, 2})), {0}, {.max_norm = 1});
      }}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
