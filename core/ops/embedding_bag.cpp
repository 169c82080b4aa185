#include <tapegrad/core/kernels/bag_sums.hpp>
#include <tapegrad/core/kernels/bags.hpp>
#include <tapegrad/core/kernels/rows.hpp>
#include <tapegrad/core/max_norm.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>
#include <tapegrad/core/table_rows.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

BagPlan make_plan(const Tensor& table, const Bags& bags, const EmbeddingBagOptions& options,
                  const Tensor& weights) {
  const char* name = "embedding_bag";
  check_shape(table.dim() == 2, name, "table", table.shape(), "[V, D]");
  check_ids(name, bags.ids, table.size(0));
  check_max_norm(name, table, options.max_norm, options.norm_type);
  check_bag_mode(name, options.mode, options.scale_grad_by_freq);
  check_bag_weights(name, bags, options.mode, weights);
  return {options.mode,
          table.size(1),
          padding_row(name, options.padding_idx, table.size(0)),
          options.scale_grad_by_freq,
          bags.ids,
          bag_starts(name, bags)};
}

}  // namespace

// [V, D], bags -> [B, D]
Tensor embedding_bag(const Tensor& table, const Bags& bags, const EmbeddingBagOptions& options,
                     const Tensor& weights) {
  const ProfileSpan span("embedding_bag");
  BagPlan plan = make_plan(table, bags, options, weights);
  const bool weighted = weights.defined();
  const Real* factors = weighted ? weights.value().data() : nullptr;
  if (!recording(table, weights)) {
    const TableRows rows(table, plan.ids, plan.padding);
    return record("embedding_bag", {table, weights}, Tensor(bag_values(plan, rows, factors)), {},
                  {});
  }
  plan.index = group_by_row(plan.ids.data(), plan.ids.size(), plan.padding);
  const TableRows rows(table, plan.ids, plan.index, plan.padding);
  if (options.max_norm) {
    limit_norms(*table.leaf(), plan.index.rows, *options.max_norm, options.norm_type);
  }
  Tensor y(bag_values(plan, rows, factors));
  // Backward reads the table for the gradient of the weights alone.
  const Tensor read = recording(weights) ? table : Tensor();
  return record("embedding_bag", {table, weights}, std::move(y),
                weighted ? saved(weights, read) : Saved(),
                [plan = std::move(plan), weighted](const Array& dy, const Saved& s, Sink& sink) {
                  if (sink.wants(0)) {
                    sink.add(0, bag_table_gradient(plan, dy, weighted ? s[0].data() : nullptr));
                  }
                  if (sink.wants(1)) sink.add(1, bag_weights_gradient(plan, dy, s.stored(1)));
                });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto with = [](Bags bags, EmbeddingBagOptions options = {}) {
  return [bags, options](const std::vector<Tensor>& x) {
    return embedding_bag(x[0], bags, options, x.size() > 1 ? x[1] : Tensor());
  };
};
const auto reject = [](Bags bags, EmbeddingBagOptions options = {}, Tensor weights = {}) {
  return [=] { embedding_bag(Parameter(zeros({5, 2})), bags, options, weights); };
};
// Repeated ids within and across bags, the last row, an empty bag, a bag of padding (3) only.
const Bags hard{.ids = {0, 1, 1, 3, 3, 3, 4, 0, 1, 3}, .offsets = {0, 4, 4, 6}};
const Bags square{.ids = {{0, 1, 1}, {4, 3, 0}}};
const Bags none{.ids = IndexArray::from_shape({0}), .offsets = IndexArray::from_shape({0})};
const Array table = distinct({5, 3});
const bool samples = add_samples(
    "embedding_bag",
    {{"sum", {table}, with(hard, {BagMode::sum})},
     {"mean", {table}, with(hard, {BagMode::mean})},
     {"max", {table}, with(hard, {BagMode::max})},
     {"sum with padding", {table}, with(hard, {BagMode::sum, 3}), {3}},
     {"mean with padding", {table}, with(hard, {BagMode::mean, 3}), {3}},
     {"max with padding", {table}, with(hard, {BagMode::max, -2}), {3}},
     {"mean of rows", {table}, with(square, {BagMode::mean, -1}), {4}},
     {"max of rows", {table}, with(square, {BagMode::max})},
     {"weights", {table, distinct({10}, 1)}, with(hard, {BagMode::sum})},
     {"weights with padding", {table, distinct({10}, 1)}, with(hard, {BagMode::sum, 3}), {3}},
     {"weights of rows", {table, distinct({2, 3}, 1)}, with(square, {BagMode::sum})},
     {"the last offset included",
      {table},
      with({.ids = {4, 2, 2}, .offsets = {0, 0, 2, 3}, .include_last_offset = true})},
     {"bags of no ids", {table}, with({.ids = IndexArray::from_shape({3, 0})}, {BagMode::max})},
     {"no bags", {table}, with(none)},
     {"no bags of three ids", {table}, with({.ids = IndexArray::from_shape({0, 3})})},
     {"max_norm", {table}, with(hard, {.max_norm = 0.5})},
     {"max_norm, weights and padding",
      {table, distinct({10}, 1)},
      with(hard, {.mode = BagMode::sum, .padding_idx = 3, .max_norm = 0.5, .norm_type = 1}),
      {3}},
     {"scaled by frequencies of one",
      {table},
      with({.ids = {{2, 0}, {4, 1}}}, {.mode = BagMode::sum, .scale_grad_by_freq = true})},
     {"no rows", {distinct({0, 3})}, with({.ids = IndexArray::from_shape({2, 0})})},
     {"no width", {distinct({5, 0})}, with(hard)},
     {"one row", {distinct({1, 1})}, with({.ids = IndexArray(Shape{1, 1}, 0)}, {BagMode::max})},
     {"a table that is itself a result",
      {table},
      [](const auto& x) { return embedding_bag(mul(x[0], x[0]), hard); }},
     {"the weights come from the table",
      {distinct({3, 2})},
      [](const auto& x) {
        const Bags bags{.ids = {{0, 1, 1}, {2, 0, 1}}};
        return embedding_bag(x[0], bags, {BagMode::sum}, reshape(x[0], {2, 3}));
      }}},
    {{"embedding_bag: id 5 at position 2 ([2]) is out of range [0, 5)",
      reject({.ids = {0, 1, 5}, .offsets = {0, 2}})},
     {"embedding_bag: id -1 at position 2 ([0, 2]) is out of range [0, 5)",
      reject({.ids = {{0, 1, -1}, {0, 1, 2}}})},
     {"embedding_bag: padding_idx 5 is out of range [-5, 5)", reject(square, {.padding_idx = 5})},
     {"embedding_bag: padding_idx -6 is out of range [-5, 5)", reject(square, {.padding_idx = -6})},
     {"embedding_bag: table has shape [5], [V, D] is wanted",
      [] { embedding_bag(Tensor(zeros({5})), square); }},
     {"embedding_bag: ids has shape [], [B, L], or [N] with offsets is wanted",
      reject({IndexArray(1)})},
     {"embedding_bag: ids has shape [1, 2, 3], [B, L], or [N] with offsets is wanted",
      reject({.ids = IndexArray(Shape{1, 2, 3}, 0)})},
     {"embedding_bag: offsets has shape [], [B] for ids of one dimension is wanted",
      reject({.ids = {0, 1}})},
     {"embedding_bag: offsets has shape [1, 2], [B] is wanted",
      reject({.ids = {0, 1}, .offsets = {{0, 1}}})},
     {"embedding_bag: ids has shape [2, 3], whose rows are the bags: offsets and",
      reject({.ids = square.ids, .offsets = {0, 1}})},
     {"include_last_offset must be left out",
      reject({.ids = square.ids, .include_last_offset = true})},
     {"embedding_bag: offsets[0] is 1, must be 0", reject({.ids = {0, 1}, .offsets = {1, 2}})},
     {"embedding_bag: offsets[2] is 1, less than offsets[1], which is 3",
      reject({.ids = {0, 1, 2, 3}, .offsets = {0, 3, 1}})},
     {"embedding_bag: offsets[1] is -1, less than offsets[0], which is 0",
      reject({.ids = {0, 1}, .offsets = {0, -1}})},
     {"embedding_bag: offsets[1] is 3, more than the number of ids, 2",
      reject({.ids = {0, 1}, .offsets = {0, 3, 2}})},
     {"embedding_bag: offsets[1] is 1, the last, must be the number of ids, 2",
      reject({.ids = {0, 1}, .offsets = {0, 1}, .include_last_offset = true})},
     {"embedding_bag: offsets is empty, it must begin with 0 (2 ids)",
      reject({.ids = {0, 1}, .offsets = IndexArray::from_shape({0})})},
     {"embedding_bag: offsets is empty, it must begin with 0 (0 ids, include_last_offset)",
      reject({none.ids, none.offsets, true})},
     {"embedding_bag: weights has shape [3], [2, 3], as the ids have, is wanted",
      reject(square, {BagMode::sum}, Tensor(zeros({3})))},
     {"embedding_bag: weights are for BagMode::sum only",
      reject(square, {BagMode::mean}, Tensor(zeros({2, 3})))},
     {"embedding_bag: weights are for BagMode::sum only",
      reject(square, {BagMode::max}, Tensor(zeros({2, 3})))},
     {"embedding_bag: mode 7 is not one of sum, mean, max", reject(square, {BagMode(7)})},
     {"embedding_bag: scale_grad_by_freq is for BagMode::sum and mean only",
      reject(square, {.mode = BagMode::max, .scale_grad_by_freq = true})},
     {"embedding_bag: max_norm -2 is not above 0", reject(square, {.max_norm = -2})},
     {"embedding_bag: norm_type 0 is not above 0", reject(square, {.max_norm = 2, .norm_type = 0})},
     {"embedding_bag: max_norm changes the table, which must be a parameter", [] {
        embedding_bag(Tensor(zeros({5, 2})), square, {.max_norm = 1});
      }}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
