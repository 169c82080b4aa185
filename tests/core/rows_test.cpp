#include <catch2/catch.hpp>
#include <map>
#include <tapegrad/core/kernels/rows.hpp>
#include <tapegrad/core/rng.hpp>

namespace tg = tapegrad;

TEST_CASE("positions are grouped by id, in rising order of ids and input order inside a row") {
  tg::Rng rng(1);
  // Numbers of rows that the sort does in no pass up to four.
  for (const tg::Index rows : std::vector<tg::Index>{1, 2, 2048, 2049, 50000, 1 << 30, 1LL << 40}) {
    std::vector<tg::Index> ids(3000);
    for (tg::Index& id : ids) {
      id = static_cast<tg::Index>(rng.below(static_cast<std::uint64_t>(rows)));
      if (rng.below(3) == 0) id = std::min<tg::Index>(rows - 1, 7 * (id % 10));
    }
    const tg::Index skip = ids[5];
    std::map<tg::Index, std::vector<tg::Index>> wanted;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] != skip) wanted[ids[i]].push_back(static_cast<tg::Index>(i));
    }
    const tg::RowIndex index = tg::group_by_row(ids.data(), ids.size(), skip);
    REQUIRE(index.rows.size() == wanted.size());
    REQUIRE(index.starts.size() == wanted.size() + 1);
    std::size_t row = 0;
    for (const auto& [id, positions] : wanted) {
      REQUIRE(index.rows[row] == id);
      const auto begin = index.positions.begin();
      REQUIRE(std::vector<tg::Index>(begin + static_cast<std::ptrdiff_t>(index.starts[row]),
                                     begin + static_cast<std::ptrdiff_t>(index.starts[row + 1])) ==
              positions);
      ++row;
    }
  }
}

TEST_CASE("no ids make no rows") {
  const tg::RowIndex index = tg::group_by_row(nullptr, 0, -1);
  CHECK(index.rows.empty());
  CHECK(index.starts == std::vector<std::size_t>{0});
}
