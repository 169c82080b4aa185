// Tables in training, with every optimizer: rows that are frozen for a while, and max_norm.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <draws.hpp>
#include <same.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/visit.hpp>

#include "optimizers.hpp"

namespace tg = tapegrad;
using tg::Array;
using tg::Index;
using tg::Parameter;
using tg::RowPolicy;

namespace {

constexpr std::size_t V = 40, D = 7;
constexpr RowPolicy policies[] = {RowPolicy::exact, RowPolicy::lazy, RowPolicy::dense};

Parameter made() {
  tg::Rng rng(1);
  return Parameter(random_array({V, D}, rng));
}

// One step on a lookup and a bag of some ids of the table.
void train_step(tg::Optimizer& optimizer, const Parameter& table, std::uint64_t t,
                std::optional<double> max_norm = {}) {
  tg::Rng rng(100 + t);
  const tg::IndexArray ids = random_ids({6}, V, rng);
  const tg::Tensor target(random_array({6, D}, rng));
  tg::Tape tape;
  const tg::Tensor error = tg::embedding(table, ids, {.max_norm = max_norm}) - target;
  const tg::Tensor bag =
      tg::embedding_bag(table, {.ids = random_ids({2, 3}, V, rng)}, {.max_norm = max_norm});
  optimizer.step(tape.backward(tg::sum(error * error) + tg::sum(bag)));
}

std::vector<Index> changed_rows(const Array& a, const Array& b) {
  std::vector<Index> rows;
  for (std::size_t row = 0; row < V; ++row) {
    if (!std::equal(a.data() + row * D, a.data() + (row + 1) * D, b.data() + row * D)) {
      rows.push_back(static_cast<Index>(row));
    }
  }
  return rows;
}

double norm(const Array& values, std::size_t row) {
  double squares = 0;
  for (std::size_t d = 0; d < D; ++d) squares += std::pow(static_cast<double>(values(row, d)), 2);
  return std::sqrt(squares);
}

}  // namespace

TEST_CASE("rows frozen by a mask keep their bits under every optimizer until they are freed") {
  tg::Mask even = tg::Mask::from_shape({V});
  std::vector<Index> all, odd;
  for (std::size_t row = 0; row < V; ++row) {
    even(row) = row % 2 == 0;
    all.push_back(static_cast<Index>(row));
    if (row % 2 == 1) odd.push_back(static_cast<Index>(row));
  }
  for (const OptimizerRow& row : optimizer_table()) {
    for (const RowPolicy policy : policies) {
      INFO(row.what << ", policy " << to_string(policy));
      const Parameter table = made();
      const auto optimizer = row.make({{"table", table}}, policy);
      std::uint64_t t = 0;
      while (t < 5) train_step(*optimizer, table, t++);
      const Array before = table.value();
      tg::freeze_rows(table, even);
      while (t < 35) train_step(*optimizer, table, t++);
      CHECK(changed_rows(table.value(), before) == odd);
      const Array then = table.value();
      tg::unfreeze_rows(table, even);
      while (t < 65) train_step(*optimizer, table, t++);
      CHECK(changed_rows(table.value(), then) == all);
    }
  }
}

TEST_CASE("a frozen table keeps its bits under every optimizer until it is freed") {
  for (const OptimizerRow& row : optimizer_table()) {
    for (const RowPolicy policy : policies) {
      INFO(row.what << ", policy " << to_string(policy));
      const Parameter table = made(), other = made();
      const auto optimizer = row.make({{"table", table}, {"other", other}}, policy);
      for (std::uint64_t t = 0; t < 3; ++t) train_step(*optimizer, table, t);
      const Array before = table.value();
      tg::freeze(table);
      for (std::uint64_t t = 3; t < 6; ++t) {
        tg::Tape tape;
        const tg::Tensor y = tg::embedding(table, {1, 2}) * tg::embedding(other, {3, 4});
        optimizer->step(tape.backward(tg::sum(y)));
      }
      CHECK(same(table.value(), before));
      CHECK_FALSE(same(other.value(), made().value()));
      tg::unfreeze(table);
      train_step(*optimizer, table, 6);
      CHECK_FALSE(same(table.value(), before));
    }
  }
}

TEST_CASE("with max_norm, exact rows end where the dense policy has them") {
  for (const OptimizerRow& row : optimizer_table()) {
    INFO(row.what);
    const auto trained = [&](RowPolicy policy) {
      const Parameter table = made();
      const auto optimizer = row.make({{"table", table}}, policy);
      for (std::uint64_t t = 0; t < 40; ++t) train_step(*optimizer, table, t, 0.8);
      return table.value();
    };
    const Array exact = trained(RowPolicy::exact), dense = trained(RowPolicy::dense);
    for (std::size_t i = 0; i < exact.size(); ++i) {
      REQUIRE(exact.data()[i] == Approx(dense.data()[i]).margin(2e-5));
    }
  }
}

TEST_CASE("a table with rows that lag shows what max_norm made of those that were looked up") {
  const Parameter table = made();
  tg::Adam adam({{"table", table}}, {.lr = 0.05});
  for (std::uint64_t t = 0; t < 3; ++t) train_step(adam, table, t);
  const Array before = table.value();  // computed on the side, and kept
  CHECK(table.leaf()->lags());
  const auto row =
      static_cast<std::size_t>(std::max_element(before.data(), before.data() + before.size()) -
                               before.data()) /
      D;
  REQUIRE(norm(before, row) > 0.5);
  const tg::Tape tape;
  const tg::Tensor y = tg::embedding(table, {static_cast<Index>(row)}, {.max_norm = 0.5});
  CHECK(norm(y.value(), 0) == Approx(0.5));
  CHECK(norm(table.value(), row) == Approx(0.5));
  CHECK(changed_rows(table.value(), before) == std::vector<Index>{static_cast<Index>(row)});
}
