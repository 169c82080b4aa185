// What can be ids: arrays of whole numbers of any width and any number of dimensions.
#include <catch2/catch.hpp>
#include <cstdint>
#include <same.hpp>
#include <tapegrad/tapegrad.hpp>
#include <vector>
#include <xtensor/xadapt.hpp>

namespace tg = tapegrad;

namespace {

const tg::Array rows = {{0, 1}, {2, 3}, {4, 5}};

tg::Embedding embedding() {
  return tg::Embedding::from_pretrained(rows);
}
tg::EmbeddingBag bag() {
  return tg::EmbeddingBag::from_pretrained(rows, {.mode = tg::BagMode::sum});
}

template <class Ids>
concept CanLookUp = requires(tg::Embedding layer, tg::Tensor table, const Ids& ids) {
  layer(ids);
  tg::embedding(table, ids);
};
template <class Ids>
concept CanBeBags = requires(const Ids& ids) {
  tg::Bags{.ids = ids, .offsets = ids};
};
template <class Ids>
concept CanBeOffsets = requires(const Ids& ids) {
  tg::Bags{.ids = {0}, .offsets = ids};
};
template <class Ids>
concept CanBeIds = CanLookUp<Ids> && CanBeBags<Ids> && CanBeOffsets<Ids>;

static_assert(CanBeIds<tg::IndexArray>);
static_assert(CanBeIds<xt::xarray<std::int32_t>>);
static_assert(CanBeIds<xt::xarray<std::uint8_t>>);
static_assert(CanBeIds<xt::xarray<std::size_t>>);
// Fractions and truth values are no ids: that they are given is a mistake, found when compiling.
static_assert(!CanLookUp<tg::Array> && !CanBeBags<tg::Array> && !CanBeOffsets<tg::Array>);
static_assert(!CanLookUp<xt::xarray<double>> && !CanBeBags<xt::xarray<double>>);
static_assert(!CanLookUp<tg::Mask> && !CanBeBags<tg::Mask> && !CanBeOffsets<tg::Mask>);

}  // namespace

TEST_CASE("ids of 32 bits, or of any other whole numbers, look up what ids of 64 bits do") {
  const tg::Array wanted = embedding()({{2, 0}, {1, 1}}).value();
  CHECK(same(wanted, {{{4, 5}, {0, 1}}, {{2, 3}, {2, 3}}}));
  const xt::xarray<std::int32_t> ints = {{2, 0}, {1, 1}};
  const xt::xarray<std::uint8_t> bytes = {{2, 0}, {1, 1}};
  const std::vector<int> list = {2, 0, 1, 1};
  CHECK(same(embedding()(ints).value(), wanted));
  CHECK(same(embedding()(bytes).value(), wanted));
  CHECK(same(embedding()(xt::adapt(list, {2, 2})).value(), wanted));
  CHECK(same(tg::embedding(tg::Tensor(rows), ints).value(), wanted));
  CHECK(same(bag()({.ids = ints}).value(), {{4, 6}, {4, 6}}));
  const xt::xarray<std::int32_t> flat = {2, 0, 1, 1}, offsets = {0, 3};
  CHECK(same(bag()({.ids = flat, .offsets = offsets}).value(), {{6, 9}, {2, 3}}));
  CHECK(same(bag()({.ids = {2, 0, 1, 1}, .offsets = offsets}).value(), {{6, 9}, {2, 3}}));
}

TEST_CASE("ids have any number of dimensions, sizes of 0 among them") {
  CHECK(same(embedding()(tg::IndexArray(2)).value(), {4, 5}));
  CHECK(embedding()(tg::IndexArray(tg::Shape{2, 1, 3, 1}, 0)).shape() == tg::Shape{2, 1, 3, 1, 2});
  CHECK(embedding()(tg::IndexArray(tg::Shape{2, 0}, 0)).shape() == tg::Shape{2, 0, 2});
  CHECK(same(bag()({.ids = tg::IndexArray(tg::Shape{2, 0}, 0)}).value(), {{0, 0}, {0, 0}}));
  CHECK(bag()({.ids = tg::IndexArray(tg::Shape{0, 3}, 0)}).shape() == tg::Shape{0, 2});
}

TEST_CASE("a table without rows can be looked up with no ids, and has no padding") {
  tg::Rng rng(1);
  const tg::IndexArray none(tg::Shape{0}, 0);
  const tg::Embedding embed(0, 3, rng);
  CHECK(embed(none).shape() == tg::Shape{0, 3});
  CHECK_THROWS_WITH(embed({0}), "embedding: id 0 at position 0 ([0]) is out of range [0, 0)");
  const tg::EmbeddingBag empty(0, 3, rng);
  CHECK(same(empty({.ids = none, .offsets = {0, 0}}).value(), tg::zeros({2, 3})));
  CHECK_THROWS_WITH(tg::EmbeddingBag(0, 3, rng, {.padding_idx = 0}),
                    "EmbeddingBag: padding_idx 0 is out of range [0, 0)");
}
