// "PyTorch" numbers: tests/core/reference.py; others are closed forms.
#include <catch2/catch.hpp>
#include <cmath>
#include <same.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/rng.hpp>
#include <tapegrad/core/samples.hpp>

namespace tg = tapegrad;
using tg::BagMode;

namespace {

const tg::Array table{{1.0, 10.0}, {2.0, 20.0}, {3.0, 30.0}, {4.0, 40.0}, {-5.0, -50.0}};
const tg::Bags bags{.ids = {0, 1, 2, 3, 4, 0}, .offsets = {0, 2, 2, 5}};
const tg::Bags two_bags{.ids = {0, 0, 1, 2}, .offsets = {0, 3}};

using Numbers = std::vector<double>;

// A table of width 1.
tg::Array column(const Numbers& values) {
  tg::Array a(tg::Shape{values.size(), 1});
  std::copy(values.begin(), values.end(), a.data());
  return a;
}

Numbers first_column(const tg::Array& a) {
  Numbers values;
  for (std::size_t i = 0; i < a.shape()[0]; ++i) values.push_back(a(i, 0));
  return values;
}

Numbers bag_values(const tg::EmbeddingBagOptions& options) {
  const tg::Array y = embedding_bag(tg::Tensor(table), bags, options).value();
  for (std::size_t b = 0; b < y.shape()[0]; ++b) CHECK(y(b, 1) == Approx(10 * y(b, 0)));
  return first_column(y);
}

Numbers bag_gradient(const tg::EmbeddingBagOptions& options) {
  const tg::Parameter p(table);
  tg::Tape tape;
  return first_column(tape.backward(sum(embedding_bag(p, two_bags, options))).dense(p));
}

}  // namespace

TEST_CASE("bags have PyTorch's sums, means and maxima, and zeros where they are empty") {
  CHECK_THAT(bag_values({BagMode::sum}), Catch::Matchers::Approx(Numbers{3, 0, 2, 1}));
  CHECK_THAT(bag_values({BagMode::mean}), Catch::Matchers::Approx(Numbers{1.5, 0, 2.0 / 3, 1}));
  CHECK_THAT(bag_values({BagMode::max}), Catch::Matchers::Approx(Numbers{2, 0, 4, 1}));
}

TEST_CASE("padding is left out of the bag, and a bag of padding only is zero") {
  CHECK_THAT(bag_values({BagMode::sum, 0}), Catch::Matchers::Approx(Numbers{2, 0, 2, 0}));
  CHECK_THAT(bag_values({BagMode::mean, 0}), Catch::Matchers::Approx(Numbers{2, 0, 2.0 / 3, 0}));
  CHECK_THAT(bag_values({BagMode::max, -5}), Catch::Matchers::Approx(Numbers{2, 0, 4, 0}));
}

TEST_CASE("bags give the rows of the table PyTorch's gradients") {
  CHECK_THAT(bag_gradient({BagMode::sum}), Catch::Matchers::Approx(Numbers{2, 1, 1, 0, 0}));
  CHECK_THAT(bag_gradient({BagMode::mean}),
             Catch::Matchers::Approx(Numbers{2.0 / 3, 1.0 / 3, 1, 0, 0}));
  CHECK_THAT(bag_gradient({BagMode::mean, 1}), Catch::Matchers::Approx(Numbers{1, 0, 1, 0, 0}));
  CHECK_THAT(bag_gradient({BagMode::max}), Catch::Matchers::Approx(Numbers{0, 1, 1, 0, 0}));
}

TEST_CASE("weights of a sum get PyTorch's gradients, zero at padding") {
  const tg::Parameter p(table);
  const tg::Parameter weights(tg::Array{0.5, 2.0, 3.0, 4.0});
  for (const bool padded : {false, true}) {
    const std::optional<tg::Index> padding = padded ? std::optional<tg::Index>(0) : std::nullopt;
    tg::Tape tape;
    const tg::Gradients g =
        tape.backward(sum(embedding_bag(p, two_bags, {BagMode::sum, padding}, weights)));
    CHECK_THAT(first_column(g.dense(p)),
               Catch::Matchers::Approx(Numbers{padded ? 0 : 2.5, 3, 4, 0, 0}));
    CHECK(same(g.dense(weights),
               padded ? tg::Array{0.0, 0.0, 22.0, 33.0} : tg::Array{11.0, 11.0, 22.0, 33.0}));
  }
}

TEST_CASE("a padding id gets no row in the gradient of a bag") {
  const tg::Parameter p(table);
  tg::Tape tape;
  const tg::Gradients g = tape.backward(sum(embedding_bag(p, two_bags, {BagMode::mean, 0})));
  CHECK(g[p].rows().rows == std::vector<tg::Index>{1, 2});
}

TEST_CASE("the first of equal entries wins a maximum and gets the whole gradient") {
  const tg::Parameter p(column({1, 1, 0}));
  tg::Tape tape;
  const tg::Tensor y = embedding_bag(p, {.ids = {{2, 1, 1, 0}}}, {BagMode::max});
  CHECK(same(tape.backward(sum(y)).dense(p), column({0, 1, 0})));
}

TEST_CASE("NaN goes through a maximum wherever it stands in the bag") {
  const tg::Tensor t(column({1, NAN, 3}));
  const tg::Bags all{.ids = {{1, 0, 2}, {0, 1, 2}, {0, 2, 1}}};
  const tg::Array y = embedding_bag(t, all, {BagMode::max}).value();
  for (std::size_t b = 0; b < 3; ++b) CHECK(std::isnan(y(b, 0)));
  CHECK(embedding_bag(t, all, {BagMode::max, 1}).value()(0, 0) == 3);
}

TEST_CASE("a bag is the sum, mean or maximum of the lookups of its ids") {
  const std::size_t rows = 20, width = 7, items = 6, length = 9;
  const tg::Parameter p(tg::distinct({rows, width}));
  const tg::Tensor upstream(tg::distinct({items, width}, 1));
  tg::IndexArray ids(tg::Shape{items, length}, 0);
  tg::Rng rng(3);
  for (tg::Index& id : ids) id = static_cast<tg::Index>(rng.below(rows));
  tg::IndexArray flat = ids;
  flat.reshape({items * length});
  const tg::Bags by_offsets{
      .ids = flat, .offsets = {0, 9, 18, 27, 36, 45, 54}, .include_last_offset = true};
  const auto gradient = [&](const auto& f) {
    tg::Tape tape;
    return tape.backward(sum(mul(f(), upstream))).dense(p);
  };
  for (const BagMode mode : {BagMode::sum, BagMode::mean}) {
    const auto lookups = [&] {
      return mode == BagMode::sum ? sum(embedding(p, ids), 1) : mean(embedding(p, ids), 1);
    };
    for (const tg::Bags& form : {tg::Bags{.ids = ids}, by_offsets}) {
      const auto bag = [&] { return embedding_bag(p, form, {mode}); };
      CHECK(xt::allclose(bag().value(), lookups().value()));
      CHECK(xt::allclose(gradient(bag), gradient(lookups)));
    }
  }
  const tg::Array lookups = embedding(p, ids).value();
  CHECK(same(embedding_bag(p, by_offsets, {BagMode::max}).value(),
             tg::Array(xt::amax(lookups, {1}))));
}
