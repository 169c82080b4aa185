// max_norm and scale_grad_by_freq. "PyTorch" numbers: tests/core/reference.py; others are closed
// forms.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <draws.hpp>
#include <limits>
#include <same.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/visit.hpp>
#include <xtensor/xview.hpp>

namespace tg = tapegrad;
using Catch::Matchers::Contains;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
const tg::Array rows{{3, 4}, {6, 8}, {30, 40}, {0.1, -0.2}, {-1, 0.5}};
const tg::IndexArray ids{0, 3, 1, 0};
const tg::Bags bags{.ids = {{0, 1}, {3, 4}}};

// The table behind a recorded lookup.
tg::Array after_lookup(const tg::Parameter& table, const tg::EmbeddingOptions& options) {
  const tg::Tape tape;
  embedding(table, ids, options);
  return table.value();
}

tg::Array after_bags(const tg::Parameter& table, const tg::EmbeddingBagOptions& options) {
  const tg::Tape tape;
  embedding_bag(table, bags, options);
  return table.value();
}

}  // namespace

TEST_CASE("max_norm scales the rows of a lookup as PyTorch does, and no others") {
  struct Case {
    double norm_type;
    tg::Array looked_up;  // rows 0 and 1
    tg::Array in_bags;    // row 4
    tg::Array second_bag;
  };
  const Case cases[] = {{2,
                         {{0.599999988, 0.799999984}, {0.599999994, 0.799999992}},
                         {-0.894427111, 0.4472135555},
                         {-0.3972135555, 0.12360677775}},
                        {1,
                         {{0.428571422449, 0.571428563265}, {0.42857142551, 0.571428567347}},
                         {-0.666666622222, 0.333333311111},
                         {-0.283333311111, 0.066666655556}},
                        {infinity,
                         {{0.74999998125, 0.999999975}, {0.749999990625, 0.9999999875}},
                         {-1, 0.5},
                         {-0.45, 0.15}},
                        {3,
                         {{0.666971762483, 0.889295683311}, {0.666971769898, 0.889295693197}},
                         {-0.96149962109, 0.480749810545},
                         {-0.430749810545, 0.140374905273}},
                        {0.5,
                         {{0.215390307627, 0.287187076836}, {0.2153903084, 0.287187077867}},
                         {-0.343145738733, 0.171572869366},
                         {-0.121572869366, -0.014213565317}}};
  for (const Case& wanted : cases) {
    INFO("norm_type " << wanted.norm_type);
    tg::Array by_lookup = rows, by_bags = rows;
    std::copy_n(wanted.looked_up.data(), 4, by_lookup.data());
    std::copy_n(wanted.looked_up.data(), 4, by_bags.data());
    std::copy_n(wanted.in_bags.data(), 2, by_bags.data() + 8);
    const double p = wanted.norm_type;
    CHECK(xt::allclose(after_lookup(tg::Parameter(rows), {.max_norm = 1.0, .norm_type = p}),
                       by_lookup, 1e-10));
    const tg::Parameter table(rows);
    CHECK(xt::allclose(after_bags(table, {.max_norm = 1.0, .norm_type = p}), by_bags, 1e-10));
    const tg::Tape tape;
    const tg::Array y =
        embedding_bag(tg::Parameter(rows), bags, {.max_norm = 1.0, .norm_type = p}).value();
    CHECK(xt::allclose(xt::view(y, 1), wanted.second_bag, 1e-10));
  }
}

TEST_CASE("a lookup with max_norm gives the scaled rows, and their gradient is that of a lookup") {
  const tg::Parameter table(rows);
  tg::Tape tape;
  const tg::Tensor y = embedding(table, ids, {.max_norm = 1.0});
  CHECK(
      xt::allclose(y.value(), tg::Array({{0.6, 0.8}, {0.1, -0.2}, {0.6, 0.8}, {0.6, 0.8}}), 1e-6));
  const tg::Gradients g = tape.backward(sum(y));
  CHECK(g[table].rows().rows == std::vector<tg::Index>{0, 1, 3});
  CHECK(same(g[table].rows().values, {{2, 2}, {1, 1}, {1, 1}}));
}

TEST_CASE("max_norm changes nothing in evaluation, in a frozen table, in frozen rows and padding") {
  const tg::EmbeddingOptions one{.max_norm = 1.0};
  tg::Parameter table(rows);
  CHECK(same(embedding(table, {1}, one).value(), {{6, 8}}));
  CHECK(same(table.value(), rows));
  after_lookup(table, {.padding_idx = 0, .max_norm = 1.0});
  CHECK(table.value()(0, 0) == 3);
  CHECK(table.value()(1, 0) < 1);

  table = tg::Parameter(rows);
  freeze_rows(table, {1});
  CHECK(after_lookup(table, one)(1, 0) == 6);
  CHECK(table.value()(0, 0) < 1);

  table = tg::Parameter(rows);
  freeze(table);
  CHECK(same(after_lookup(table, one), rows));
  const tg::Parameter weights(tg::full({2, 2}, 1));  // recorded for their sake
  {
    const tg::Tape tape;
    embedding_bag(table, bags, {.mode = tg::BagMode::sum, .max_norm = 1.0}, weights);
  }
  CHECK(same(table.value(), rows));
  CHECK(table.version() == 0);
  unfreeze(table);
  CHECK(after_lookup(table, one)(1, 0) < 1);
}

TEST_CASE("max_norm raises the version only if a row was changed") {
  const tg::Parameter table(rows);
  after_lookup(table, {.max_norm = 10.0});
  after_bags(table, {.max_norm = infinity});
  CHECK(table.version() == 0);
  after_lookup(table, {.max_norm = 9.9});
  CHECK(table.version() == 1);
  after_bags(table, {.max_norm = 1.0});
  CHECK(table.version() == 2);
}

TEST_CASE("an earlier use of a table that max_norm changes is an error that names it") {
  const tg::Parameter table(rows), weights(tg::full({2, 2}, 1));
  const tg::EmbeddingOptions one{.max_norm = 1.0};
  {
    tg::Tape tape;
    const tg::Tensor before = mul(table, table);
    const tg::Tensor loss = add(sum(before), sum(embedding(table, ids, one)));
    CHECK_THROWS_WITH(tape.backward(loss),
                      "mul: a parameter of shape [5, 2] that backward needs was changed since "
                      "forward");
  }
  {
    tg::Tape tape;
    const tg::Tensor before = embedding_bag(table, bags, {tg::BagMode::sum}, weights);
    const tg::Tensor loss = add(sum(before), sum(embedding(table, {2}, one)));
    CHECK_THROWS_WITH(tape.backward(loss), Contains("embedding_bag: a parameter of shape [5, 2]"));
  }
  tg::Tape tape;  // lookups need no value of the table
  const tg::Parameter fresh(rows);
  const tg::Tensor before = add(sum(embedding(fresh, ids)), sum(embedding_bag(fresh, bags)));
  CHECK_NOTHROW(tape.backward(add(before, sum(embedding(fresh, {2}, one)))));
}

TEST_CASE("weights of a bag that get no gradient do not hold on to the table") {
  tg::Parameter table(rows);
  tg::Tape tape;
  const tg::Tensor y =
      embedding_bag(table, bags, {tg::BagMode::sum}, tg::Tensor(tg::full({2, 2}, 2)));
  table.mutate().fill(0);
  CHECK(same(tape.backward(sum(y)).dense(table), {{2, 2}, {2, 2}, {0, 0}, {2, 2}, {2, 2}}));
}

TEST_CASE("a row that holds NaN is left as it is by max_norm") {
  const tg::Parameter table(tg::Array{{NAN, 5.0}, {3.0, 4.0}});
  const tg::Tape tape;
  embedding(table, {0, 1}, {.max_norm = 1.0});
  CHECK(std::isnan(table.value()(0, 0)));
  CHECK(table.value()(0, 1) == 5);
  CHECK(table.value()(1, 0) == Approx(0.6));
}

TEST_CASE("scale_grad_by_freq divides the gradient of a row by the count of its id in the call") {
  const tg::Parameter table(tg::full({4, 2}, 1));
  {
    tg::Tape tape;  // PyTorch
    const tg::Tensor y = embedding(table, {{0, 1, 1}, {2, 0, 1}}, {.scale_grad_by_freq = true});
    CHECK(same(tape.backward(sum(y)).dense(table), {{1, 1}, {1, 1}, {1, 1}, {0, 0}}));
  }
  // Id 0 comes twice in the call. PyTorch 1.13 divides by another id's count: rows 1, 0.5, 1.
  const tg::Bags two{.ids = {0, 0, 1, 2}, .offsets = {0, 3}};
  const auto gradient = [&](tg::EmbeddingBagOptions options, const tg::Tensor& weights = {}) {
    options.scale_grad_by_freq = true;
    tg::Tape tape;
    return tape.backward(sum(embedding_bag(table, two, options, weights))).dense(table);
  };
  using tg::BagMode;
  CHECK(same(gradient({BagMode::sum}), {{1, 1}, {1, 1}, {1, 1}, {0, 0}}));
  const double third = 1.0 / 3;
  CHECK(xt::allclose(gradient({BagMode::mean}),
                     tg::Array({{third, third}, {third, third}, {1, 1}, {0, 0}})));
  CHECK(same(gradient({BagMode::mean, 1}), {{0.5, 0.5}, {0, 0}, {1, 1}, {0, 0}}));
  CHECK(same(gradient({BagMode::sum}, tg::Tensor(tg::Array{1.0, 4.0, 3.0, 5.0})),
             {{2.5, 2.5}, {3, 3}, {5, 5}, {0, 0}}));
}

TEST_CASE("scale_grad_by_freq leaves the gradient of a bag's weights as it is") {
  const tg::Parameter table(rows), weights(tg::full({4}, 1));
  const tg::Bags two{.ids = {0, 0, 1, 2}, .offsets = {0, 3}};
  tg::Tape tape;
  const tg::Tensor y =
      embedding_bag(table, two, {.mode = tg::BagMode::sum, .scale_grad_by_freq = true}, weights);
  CHECK(same(tape.backward(sum(y)).dense(weights), {7, 7, 14, 70}));
}

TEST_CASE("max_norm brings what is looked up inside the ball, along its direction") {
  for_each_draw(300, [](tg::Rng& rng) {
    const std::size_t count = random_size(1, 9, rng), width = random_size(1, 9, rng);
    const tg::Array before = random_array({count, width}, rng);
    const tg::Parameter table(before);
    const auto frozen = static_cast<tg::Index>(rng.below(count));
    freeze_rows(table, {frozen});
    const tg::IndexArray looked_up = random_ids({random_size(0, 6, rng)}, count, rng);
    const double norms[] = {1, 2, infinity, rng.uniform(0.3, 4.0)};
    const double p = norms[rng.below(4)], most = rng.uniform(0.1, 2.0);
    const auto norm = [&](const tg::Array& values, std::size_t row) {
      double sum = 0;
      for (std::size_t d = 0; d < width; ++d) {
        const double x = std::abs(values(row, d));
        sum = std::isinf(p) ? std::max(sum, x) : sum + std::pow(x, p);
      }
      return std::isinf(p) ? sum : std::pow(sum, 1 / p);
    };
    const tg::Tape tape;
    embedding(table, looked_up, {.max_norm = most, .norm_type = p});
    for (std::size_t row = 0; row < count; ++row) {
      const bool read = std::find(looked_up.begin(), looked_up.end(),
                                  static_cast<tg::Index>(row)) != looked_up.end();
      const bool stays =
          !read || static_cast<tg::Index>(row) == frozen || norm(before, row) <= most;
      const double factor = stays ? 1.0 : most / (norm(before, row) + 1e-7);
      for (std::size_t d = 0; d < width; ++d) {
        REQUIRE(table.value()(row, d) == Approx(factor * before(row, d)).epsilon(1e-12));
      }
      REQUIRE((stays || norm(table.value(), row) <= most));
    }
  });
}
