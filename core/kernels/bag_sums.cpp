#include <tapegrad/core/kernels/bag_sums.hpp>

#include <algorithm>
#include <tapegrad/core/kernels/simd.hpp>
#include <tapegrad/core/parallel.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// The first largest entry wins, and the first NaN wins over everything.
void max_bag(const BagPlan& plan, std::size_t bag, const TableRows& table, Real* to,
             Index* winners) {
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

Array sums_of_bags(const BagPlan& plan, const TableRows& table, const Real* weights) {
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

Array maxima_of_bags(BagPlan& plan, const TableRows& table) {
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

std::vector<Index> bags_of_positions(const BagPlan& plan) {
  std::vector<Index> bags(plan.ids.size());
  for (std::size_t bag = 0; bag < plan.size(); ++bag) {
    std::fill(bags.begin() + static_cast<std::ptrdiff_t>(plan.starts[bag]),
              bags.begin() + static_cast<std::ptrdiff_t>(plan.starts[bag + 1]),
              static_cast<Index>(bag));
  }
  return bags;
}

// What each entry of a bag gets of the bag's gradient: all of it, or the mean's share.
Array share_of_gradient(const BagPlan& plan, const Array& dy) {
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
Array sums_of_rows(const BagPlan& plan, const Array& dy, const Real* weights) {
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
Array sums_of_won(const BagPlan& plan, const Array& dy) {
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

}  // namespace

Array bag_values(BagPlan& plan, const TableRows& table, const Real* weights) {
  return plan.mode == BagMode::max ? maxima_of_bags(plan, table)
                                   : sums_of_bags(plan, table, weights);
}

RowGrad bag_table_gradient(const BagPlan& plan, const Array& dy, const Real* weights) {
  return {plan.index.rows,
          plan.mode == BagMode::max ? sums_of_won(plan, dy) : sums_of_rows(plan, dy, weights)};
}

// The product of each weight's row and the gradient of its bag.
Array bag_weights_gradient(const BagPlan& plan, const Array& dy, const Array& table) {
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

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
