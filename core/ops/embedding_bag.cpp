#include <algorithm>
#include <stdexcept>
#include <tapegrad/core/kernels/bags.hpp>
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

// The bags of one call, as forward and backward see them.
struct Plan {
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

Plan make_plan(const Tensor& table, const Bags& bags, const EmbeddingBagOptions& options,
               const Tensor& weights) {
  const char* name = "embedding_bag";
  check_shape(table.dim() == 2, name, "table", table.shape(), "[V, D]");
  check_ids(name, bags.ids, table.size(0));
  check_max_norm(name, table, options.max_norm, options.norm_type);
  check_bag_mode(name, options.mode, options.scale_grad_by_freq);
  if (weights.defined()) {
    if (options.mode != BagMode::sum) {
      throw std::invalid_argument("embedding_bag: weights are for BagMode::sum only");
    }
    check_shape(weights.shape() == bags.ids.shape(), name, "weights", weights.shape(),
                to_string(bags.ids.shape()) + ", as the ids have,");
  }
  return {options.mode,
          table.size(1),
          padding_row(name, options.padding_idx, table.size(0)),
          options.scale_grad_by_freq,
          bags.ids,
          bag_starts(name, bags)};
}

// The first largest entry wins, and the first NaN wins over everything.
void max_bag(const Plan& plan, std::size_t bag, const TableRows& table, Real* to, Index* winners) {
  constexpr std::size_t ahead = 6;
  bool first = true;
  for (std::size_t i = plan.starts[bag]; i < plan.starts[bag + 1]; ++i) {
    if (i + ahead < plan.ids.size()) table.prefetch(i + ahead);
    if (plan.is_padding(i)) continue;
    const Real* row = table[i];
    for (std::size_t d = 0; d < plan.width; ++d) {
      const Real best = to[d];
      const bool wins = first || (!(row[d] <= best) && best == best);
      to[d] = wins ? row[d] : best;
      winners[d] = wins ? static_cast<Index>(i) : winners[d];
    }
    first = false;
  }
}

Array sums_of_bags(const Plan& plan, const TableRows& table, const Real* weights) {
  Array y(Shape{plan.size(), plan.width});
  const RowSums sums{.from = table.data(),
                     .width = plan.width,
                     .rows = table.places(),
                     .starts = plan.starts.data(),
                     .factors = weights,
                     .skip = table.padding(),
                     .mean = plan.mode == BagMode::mean,
                     .to = y.data()};
  parallel_ranges(plan.size(), plan.cost(),
                  [&](std::size_t begin, std::size_t end) { simd().sum_rows(sums, begin, end); });
  return y;
}

Array maxima_of_bags(Plan& plan, const TableRows& table) {
  Array y = zeros({plan.size(), plan.width});
  plan.winners = IndexArray(y.shape(), Index(-1));
  parallel_ranges(plan.size(), plan.cost(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t bag = begin; bag < end; ++bag) {
      const std::size_t at = bag * plan.width;
      max_bag(plan, bag, table, y.data() + at, plan.winners.data() + at);
    }
  });
  return y;
}

Array forward(Plan& plan, const TableRows& table, const Real* weights) {
  return plan.mode == BagMode::max ? maxima_of_bags(plan, table)
                                   : sums_of_bags(plan, table, weights);
}

std::vector<Index> bags_of_positions(const Plan& plan) {
  std::vector<Index> bags(plan.ids.size());
  for (std::size_t bag = 0; bag < plan.size(); ++bag) {
    std::fill(bags.begin() + static_cast<std::ptrdiff_t>(plan.starts[bag]),
              bags.begin() + static_cast<std::ptrdiff_t>(plan.starts[bag + 1]),
              static_cast<Index>(bag));
  }
  return bags;
}

// What each entry of a bag gets of the bag's gradient: all of it, or the mean's share.
Array share_of_gradient(const Plan& plan, const Array& dy) {
  if (plan.mode != BagMode::mean) return dy;
  Array share(dy.shape());
  for (std::size_t bag = 0; bag < plan.size(); ++bag) {
    const Real scale = Real(1) / static_cast<Real>(plan.entries(bag));
    for (std::size_t i = bag * plan.width; i < (bag + 1) * plan.width; ++i) {
      share.data()[i] = scale * dy.data()[i];
    }
  }
  return share;
}

// The values of the rows' gradients: sums over the positions of a row, in input order.
Array sums_of_rows(const Plan& plan, const Array& dy, const Real* weights) {
  const RowIndex& index = plan.index;
  const std::vector<Index> bags = bags_of_positions(plan);
  std::vector<Index> from(index.positions.size());
  std::vector<Real> factors(weights == nullptr ? 0 : from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto position = static_cast<std::size_t>(index.positions[i]);
    from[i] = bags[position];
    if (weights != nullptr) factors[i] = weights[position];
  }
  const Array share = share_of_gradient(plan, dy);
  Array values(Shape{index.rows.size(), plan.width});
  const RowSums sums{.from = share.data(),
                     .width = plan.width,
                     .rows = from.data(),
                     .starts = index.starts.data(),
                     .factors = weights == nullptr ? nullptr : factors.data(),
                     .mean = plan.by_frequency,
                     .to = values.data()};
  parallel_ranges(index.rows.size(), index.cost(plan.width),
                  [&](std::size_t begin, std::size_t end) { simd().sum_rows(sums, begin, end); });
  return values;
}

// The same for maxima: a position gives what its bag's gradient is where it won.
Array sums_of_won(const Plan& plan, const Array& dy) {
  const RowIndex& index = plan.index;
  const std::vector<Index> bags = bags_of_positions(plan);
  Array values = zeros({index.rows.size(), plan.width});
  const auto add_row = [&](std::size_t row) {
    Real* to = values.data() + row * plan.width;
    for (std::size_t i = index.starts[row]; i < index.starts[row + 1]; ++i) {
      const Index position = index.positions[i];
      const auto at = static_cast<std::size_t>(bags[static_cast<std::size_t>(position)]);
      const Real* from = dy.data() + at * plan.width;
      const Index* winners = plan.winners.data() + at * plan.width;
      for (std::size_t d = 0; d < plan.width; ++d) {
        to[d] += winners[d] == position ? from[d] : Real(0);
      }
    }
  };
  parallel_ranges(index.rows.size(), index.cost(plan.width),
                  [&](std::size_t begin, std::size_t end) {
                    for (std::size_t row = begin; row < end; ++row) add_row(row);
                  });
  return values;
}

RowGrad table_gradient(const Plan& plan, const Array& dy, const Real* weights) {
  return {plan.index.rows,
          plan.mode == BagMode::max ? sums_of_won(plan, dy) : sums_of_rows(plan, dy, weights)};
}

// The gradient of each weight: the product of its row and the gradient of its bag.
Array weights_gradient(const Plan& plan, const Array& dy, const Array& table) {
  Array dw = zeros(plan.ids.shape());
  parallel_ranges(plan.size(), plan.cost(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t bag = begin; bag < end; ++bag) {
      const Real* g = dy.data() + bag * plan.width;
      for (std::size_t i = plan.starts[bag]; i < plan.starts[bag + 1]; ++i) {
        if (plan.is_padding(i)) continue;
        const Real* row = table.data() + static_cast<std::size_t>(plan.ids.data()[i]) * plan.width;
        dw.data()[i] = simd().dot(g, row, plan.width);
      }
    }
  });
  return dw;
}

}  // namespace

// [V, D], bags -> [B, D]
Tensor embedding_bag(const Tensor& table, const Bags& bags, const EmbeddingBagOptions& options,
                     const Tensor& weights) {
  const ProfileSpan span("embedding_bag");
  Plan plan = make_plan(table, bags, options, weights);
  const bool weighted = weights.defined();
  const Real* factors = weighted ? weights.value().data() : nullptr;
  if (!recording(table, weights)) {
    const TableRows rows(table, plan.ids, plan.padding);
    return record("embedding_bag", {table, weights}, Tensor(forward(plan, rows, factors)), {}, {});
  }
  plan.index = group_by_row(plan.ids.data(), plan.ids.size(), plan.padding);
  const TableRows rows(table, plan.ids, plan.index, plan.padding);
  if (options.max_norm) {
    limit_norms(*table.leaf(), plan.index.rows, *options.max_norm, options.norm_type);
  }
  Tensor y(forward(plan, rows, factors));
  // Backward reads the table for the gradient of the weights alone.
  const Tensor read = recording(weights) ? table : Tensor();
  return record("embedding_bag", {table, weights}, std::move(y),
                weighted ? saved(weights, read) : Saved(),
                [plan = std::move(plan), weighted](const Array& dy, const Saved& s, Sink& sink) {
                  if (sink.wants(0)) {
                    sink.add(0, table_gradient(plan, dy, weighted ? s[0].data() : nullptr));
                  }
                  if (sink.wants(1)) sink.add(1, weights_gradient(plan, dy, s.stored(1)));
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
