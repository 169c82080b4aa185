// What must hold for every optimizer, run over the optimizer table.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <same.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/rng.hpp>

#include "optimizers.hpp"

namespace tg = tapegrad;
using tg::RowPolicy;

namespace {

constexpr std::size_t V = 3000, D = 13;  // several blocks, and a width no vector register divides

tg::Array random_array(const tg::Shape& shape, std::uint64_t seed) {
  tg::Array a(shape);
  tg::Rng rng(seed);
  for (tg::Real& x : a) x = static_cast<tg::Real>(rng.uniform(-1, 1));
  return a;
}

tg::Parameter made() {
  return tg::Parameter(random_array({V, D}, 1));
}

// About one row in `share`, other ones for each seed.
tg::RowGrad random_rows(std::uint64_t seed, std::uint64_t share) {
  tg::RowGrad g;
  tg::Rng rng(seed);
  for (tg::Index row = 0; row < static_cast<tg::Index>(V); ++row) {
    if (rng.below(share) == 0) g.rows.push_back(row);
  }
  g.values = random_array({g.rows.size(), D}, seed + 1000);
  return g;
}

tg::Gradients of(const tg::Parameter& p, tg::Gradient gradient) {
  tg::Gradients gradients;
  gradients.add(p, std::move(gradient));
  return gradients;
}

bool same_row(const tg::Array& a, const tg::Array& b, std::size_t row) {
  return std::memcmp(a.data() + row * D, b.data() + row * D, D * sizeof(tg::Real)) == 0;
}

// The value after ten steps with these gradients.
template <class GradientOf>
tg::Array trained(const OptimizerRow& row, RowPolicy policy, const GradientOf& gradient_of) {
  const tg::Parameter p = made();
  const auto optimizer = row.make({{"table", p}}, policy);
  for (std::uint64_t t = 1; t <= 10; ++t) optimizer->step(of(p, gradient_of(t)));
  return p.value();
}

tg::Gradient sparse(std::uint64_t t) {
  return t == 4 ? tg::Gradient(tg::RowGrad{}) : tg::Gradient(random_rows(t, 2));
}

tg::Gradient dense(std::uint64_t t) {
  return tg::Gradient(sparse(t).to_dense({V, D}));
}

}  // namespace

TEST_CASE("every optimizer descends, with either kind of gradient and policy") {
  for (const OptimizerRow& row : optimizer_table()) {
    for (const RowPolicy policy : {RowPolicy::exact, RowPolicy::lazy, RowPolicy::dense}) {
      INFO(row.what);
      const tg::Parameter table(random_array({6, 2}, 1)), weight(random_array({4, 2}, 2));
      const auto optimizer = row.make({{"table", table}, {"weight", weight}}, policy);
      const auto loss = [&] {
        const tg::Tensor y = tg::linear(tg::embedding(table, {0, 1, 3, 5}), weight);
        return tg::sum(tg::mul(y - tg::Tensor(random_array({4, 4}, 3)), y));
      };
      const tg::Real before = loss().item();
      for (int t = 0; t < 20; ++t) {
        tg::Tape tape;
        optimizer->step(tape.backward(loss()));
      }
      CHECK(loss().item() < before - 1);
    }
  }
}

TEST_CASE("with the dense policy, rows give the bits that the same dense gradient gives") {
  for (const OptimizerRow& row : optimizer_table()) {
    INFO(row.what);
    const tg::Array by_dense = trained(row, RowPolicy::dense, dense);
    CHECK(same_bits(trained(row, RowPolicy::dense, sparse), by_dense));
    CHECK(same_bits(trained(row, RowPolicy::lazy, dense), by_dense));
    CHECK_FALSE(same_bits(by_dense, made().value()));
  }
}

TEST_CASE("with the exact policy, rows end where the dense policy has them") {
  for (const OptimizerRow& row : optimizer_table()) {
    INFO(row.what);
    const tg::Array exact = trained(row, RowPolicy::exact, sparse);
    const tg::Array by_dense = trained(row, RowPolicy::dense, sparse);
    for (std::size_t i = 0; i < exact.size(); ++i) {
      REQUIRE(exact.data()[i] == Approx(by_dense.data()[i]).margin(1e-5));
    }
  }
}

TEST_CASE("with all rows touched, the lazy policy gives the bits of a dense gradient") {
  const auto all_rows = [](std::uint64_t t) { return tg::Gradient(random_rows(t, 1)); };
  const auto as_dense = [](std::uint64_t t) { return tg::Gradient(random_rows(t, 1).values); };
  for (const OptimizerRow& row : optimizer_table()) {
    INFO(row.what);
    CHECK(same_bits(trained(row, RowPolicy::lazy, all_rows),
                    trained(row, RowPolicy::lazy, as_dense)));
  }
}

TEST_CASE(
    "with the lazy policy, the step of a row does not depend on other rows, and the others "
    "keep their bits") {
  for (const OptimizerRow& row : optimizer_table()) {
    INFO(row.what);
    const tg::Array start = made().value();
    const auto one_row = [](std::uint64_t t) {
      return tg::Gradient(tg::RowGrad{{77}, random_array({1, D}, t)});
    };
    const auto two_rows = [](std::uint64_t t) {
      return tg::Gradient(tg::RowGrad{{5, 77}, [&] {
                                        tg::Array both = random_array({2, D}, t + 50);
                                        const tg::Array second = random_array({1, D}, t);
                                        std::copy_n(second.data(), D, both.data() + D);
                                        return both;
                                      }()});
    };
    const tg::Array one = trained(row, RowPolicy::lazy, one_row);
    const tg::Array two = trained(row, RowPolicy::lazy, two_rows);
    CHECK(same_row(one, two, 77));
    for (std::size_t i = 0; i < V; ++i) CHECK(same_row(one, start, i) == (i != 77));
  }
}

TEST_CASE("frozen rows, padding among them, keep their bits whatever the momentum and the decay") {
  const std::vector<tg::Index> frozen = {0, 1, 500, 2999};
  for (const OptimizerRow& row : optimizer_table()) {
    for (const RowPolicy policy : {RowPolicy::exact, RowPolicy::lazy, RowPolicy::dense}) {
      for (const bool rows : {true, false}) {
        INFO(row.what << (rows ? ", rows" : ", dense"));
        tg::Parameter p = made();
        const auto optimizer = row.make({{"table", p}}, policy);
        const auto gradient = [&](std::uint64_t t) {
          const tg::RowGrad g = random_rows(t, 1);
          return of(p, rows ? tg::Gradient(g) : tg::Gradient(g.values));
        };
        const tg::Array start = p.value();
        for (std::uint64_t t = 1; t <= 3; ++t) optimizer->step(gradient(t));
        const tg::Array before = p.value();
        const tg::Gradients stale = gradient(4);
        p.set_frozen_rows(frozen);
        optimizer->step(stale);
        for (std::uint64_t t = 5; t <= 8; ++t) optimizer->step(gradient(t));
        std::size_t kept = 0, moved = 0;
        for (std::size_t i = 0; i < V; ++i) {
          if (same_row(p.value(), before, i)) ++kept;
          if (!same_row(p.value(), start, i)) ++moved;
        }
        for (const tg::Index i : frozen) {
          CHECK(same_row(p.value(), before, static_cast<std::size_t>(i)));
        }
        CHECK(kept == frozen.size());
        CHECK(moved == V);
      }
    }
  }
}

TEST_CASE("rows around frozen ones move as if nothing were frozen") {
  for (const OptimizerRow& row : optimizer_table()) {
    for (const bool rows : {true, false}) {
      INFO(row.what);
      const tg::Parameter free = made();
      tg::Parameter p = made();
      p.set_frozen_rows({3, 4, 1234});
      for (const tg::Parameter& each : {free, p}) {
        const auto optimizer = row.make({{"table", each}}, RowPolicy::dense);
        for (std::uint64_t t = 1; t <= 4; ++t) {
          optimizer->step(of(each, rows ? sparse(t) : dense(t)));
        }
      }
      for (std::size_t i = 0; i < V; ++i) {
        const bool frozen = i == 3 || i == 4 || i == 1234;
        CHECK(same_row(p.value(), frozen ? made().value() : free.value(), i));
      }
    }
  }
}

TEST_CASE("every optimizer gives the same bits on 1, 2 and 5 threads") {
  for (const OptimizerRow& row : optimizer_table()) {
    for (const auto& [policy, gradient] : {std::pair{RowPolicy::exact, &sparse},
                                           {RowPolicy::lazy, &sparse},
                                           {RowPolicy::dense, &sparse},
                                           {RowPolicy::lazy, &dense}}) {
      INFO(row.what);
      std::vector<tg::Array> results;
      for (const int threads : {1, 2, 5}) {
        tg::set_threads(threads);
        results.push_back(trained(row, policy, gradient));
      }
      tg::set_threads(0);
      CHECK(same_bits(results[1], results[0]));
      CHECK(same_bits(results[2], results[0]));
    }
  }
}

TEST_CASE(
    "a frozen parameter is skipped though a stale gradient is there, and goes on when freed") {
  for (const OptimizerRow& row : optimizer_table()) {
    INFO(row.what);
    tg::Parameter p = made();
    const tg::Parameter other = made();
    const auto optimizer = row.make({{"p", p}, {"other", other}}, RowPolicy::dense);
    const auto reference = row.make({{"other", other}}, RowPolicy::dense);
    const auto both = [&](std::uint64_t t) {
      tg::Gradients gradients = of(p, dense(t));
      gradients.add(other, dense(t));
      return gradients;
    };
    p.set_frozen(true);
    optimizer->step(both(1));
    CHECK(same_bits(p.value(), made().value()));
    CHECK(optimizer->state(p).steps == 0);
    CHECK(optimizer->state(p).arrays.empty());
    CHECK_FALSE(same_bits(other.value(), made().value()));
    p.set_frozen(false);
    optimizer->step(of(p, dense(1)));
    CHECK(same_bits(p.value(), other.value()));
    CHECK(optimizer->state(p).steps == 1);
    const tg::Array before = p.value();
    const std::uint64_t version = p.version();
    p.set_frozen(true);
    optimizer->step(both(2));
    CHECK(same_bits(p.value(), before));
    CHECK(p.version() == version);
    CHECK(optimizer->state(p).steps == 1);
  }
}

TEST_CASE("without a gradient time stands still, with zero rows it goes on") {
  for (const OptimizerRow& row : optimizer_table()) {
    INFO(row.what);
    const tg::Parameter p = made();
    const auto optimizer = row.make({{"p", p}}, RowPolicy::lazy);
    optimizer->step(of(p, dense(1)));
    const tg::Array before = p.value();
    const std::uint64_t version = p.version();
    optimizer->step({});
    CHECK(optimizer->state(p).steps == 1);
    optimizer->step(of(p, tg::Gradient(tg::RowGrad{})));
    CHECK(optimizer->state(p).steps == 2);
    CHECK(same_bits(p.value(), before));
    CHECK(p.version() == version);
    optimizer->step(of(p, tg::Gradient(random_rows(2, 5))));
    CHECK(p.version() > version);
  }
}

TEST_CASE("a saved state goes on with the same bits") {
  for (const OptimizerRow& row : optimizer_table()) {
    for (const RowPolicy policy : {RowPolicy::exact, RowPolicy::lazy}) {
      INFO(row.what);
      const tg::Parameter p = made();
      const auto optimizer = row.make({{"p", p}}, policy);
      for (std::uint64_t t = 1; t <= 3; ++t) optimizer->step(of(p, sparse(t)));
      optimizer->settle();
      const tg::Parameter copy = tg::clone(p);
      const auto resumed = row.make({{"p", copy}}, policy);
      resumed->set_state(copy, optimizer->state(p));
      for (std::uint64_t t = 4; t <= 6; ++t) {
        optimizer->step(of(p, sparse(t)));
        resumed->step(of(copy, sparse(t)));
      }
      CHECK(same_bits(copy.value(), p.value()));
    }
  }
}

TEST_CASE("moments that decay become zero, never denormal") {
  const tg::Real least = std::numeric_limits<tg::Real>::min();
  for (const OptimizerRow& row : optimizer_table()) {
    INFO(row.what);
    const tg::Parameter p(tg::full({2, 3}, 0));
    const auto optimizer = row.make({{"p", p}}, RowPolicy::dense);
    optimizer->step(of(p, tg::Gradient(tg::full({2, 3}, tg::Real(1e-30)))));
    for (int t = 0; t < 1000; ++t) optimizer->step(of(p, tg::Gradient(tg::RowGrad{})));
    for (const tg::Array& state : optimizer->state(p).arrays) {
      for (const tg::Real x : state) CHECK((x == 0 || std::abs(x) >= least));
    }
    CHECK(tg::Real(least / 2) > 0);  // the setting of this thread is as before
  }
}
