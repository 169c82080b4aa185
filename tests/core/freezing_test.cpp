#include <catch2/catch.hpp>
#include <draws.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/visit.hpp>

namespace tg = tapegrad;
using tg::Index;
using Rows = std::vector<Index>;

TEST_CASE("rows are frozen and freed by lists and by masks, in any order") {
  const tg::Parameter p(tg::zeros({6, 2}));
  tg::freeze_rows(p, {4, 0, 4});
  CHECK(p.frozen_rows() == Rows{0, 4});
  tg::freeze_rows(p, tg::Mask{false, true, false, true, true, false});
  CHECK(p.frozen_rows() == Rows{0, 1, 3, 4});
  tg::unfreeze_rows(p, {4, 2, 1});
  CHECK(p.frozen_rows() == Rows{0, 3});
  tg::unfreeze_rows(p, tg::Mask{true, true, false, false, false, false});
  CHECK(p.frozen_rows() == Rows{3});
  tg::unfreeze_rows(p, tg::Mask(tg::Shape{6}, true));
  CHECK(p.frozen_rows().empty());
  const tg::Parameter none(tg::zeros({0, 2}));
  tg::freeze_rows(none, tg::Mask::from_shape({0}));
  CHECK(none.frozen_rows().empty());
}

TEST_CASE("a mask of ids freezes the rows of these ids") {
  const tg::Parameter p(tg::zeros({4, 2}));
  tg::freeze_rows(p, tg::padding_mask({0, 1, 2, 3}, 2));
  CHECK(p.frozen_rows() == Rows{2});
}

TEST_CASE("a row that is out of range, or a mask of another shape, is an error") {
  const tg::Parameter p(tg::zeros({3, 2}));
  CHECK_THROWS_WITH(tg::freeze_rows(p, {3}), "freeze_rows: row 3 is out of range [0, 3)");
  CHECK_THROWS_WITH(tg::unfreeze_rows(p, {0, -1}), "unfreeze_rows: row -1 is out of range [0, 3)");
  CHECK_THROWS_AS(tg::unfreeze_rows(p, {3}), tg::IndexError);
  CHECK_THROWS_WITH(tg::freeze_rows(p, tg::Mask(tg::Shape{2}, true)),
                    "freeze_rows: mask has shape [2], [3] is wanted");
  CHECK_THROWS_AS(tg::unfreeze_rows(p, tg::Mask(tg::Shape{3, 2}, true)), tg::ShapeError);
  CHECK(p.frozen_rows().empty());
}

TEST_CASE("a mask and the list of its rows freeze the same, in any order with others") {
  for_each_draw(200, [](tg::Rng& rng) {
    const std::size_t rows = random_size(1, 30, rng);
    const tg::Parameter by_mask(tg::zeros({rows, 1})), by_list(tg::zeros({rows, 1}));
    for (int change = 0; change < 4; ++change) {
      tg::Mask mask = tg::Mask::from_shape({rows});
      Rows list;
      for (std::size_t row = 0; row < rows; ++row) {
        mask(row) = rng.below(2) == 0;
        if (mask(row)) list.push_back(static_cast<Index>(row));
      }
      shuffle(list, rng);
      if (change % 2 == 0) {
        tg::freeze_rows(by_mask, mask);
        tg::freeze_rows(by_list, list);
      } else {
        tg::unfreeze_rows(by_mask, mask);
        tg::unfreeze_rows(by_list, list);
      }
      REQUIRE(by_mask.frozen_rows() == by_list.frozen_rows());
      REQUIRE(std::is_sorted(by_list.frozen_rows().begin(), by_list.frozen_rows().end()));
      for (const Index row : list) {
        const bool frozen =
            std::binary_search(by_list.frozen_rows().begin(), by_list.frozen_rows().end(), row);
        REQUIRE(frozen == (change % 2 == 0));
      }
    }
  });
}
