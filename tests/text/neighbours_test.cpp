#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/text/neighbours.hpp>

#include <draws.hpp>
#include <temporary.hpp>

using tapegrad::Array;
using tapegrad::Index;
using tapegrad::Neighbour;
using tapegrad::NeighbourLists;
using tapegrad::NeighbourSearch;
using tapegrad::Real;
using tapegrad::Shape;
using Rows = std::vector<Index>;

namespace {

// In long double, from the numbers as they were given.
double cosine_of(const Array& a, std::size_t i, const Array& b, std::size_t j) {
  long double ab = 0, aa = 0, bb = 0;
  for (std::size_t d = 0; d < a.shape()[1]; ++d) {
    const long double x = a(i, d), y = b(j, d);
    ab += x * y, aa += x * x, bb += y * y;
  }
  return aa * bb == 0 ? 0 : static_cast<double>(ab / std::sqrt(aa * bb));
}

// The k nearest rows, by looking at all of them.
std::vector<Neighbour> nearest_of_all(const Array& rows, const Array& queries, std::size_t query,
                                      std::size_t k, const Rows& excluded = {}) {
  std::vector<Neighbour> all;
  for (std::size_t r = 0; r < rows.shape()[0]; ++r) {
    const auto row = static_cast<Index>(r);
    if (std::find(excluded.begin(), excluded.end(), row) != excluded.end()) continue;
    all.push_back({row, cosine_of(queries, query, rows, r)});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Neighbour& a, const Neighbour& b) { return a.cosine > b.cosine; });
  all.resize(std::min(k, all.size()));
  return all;
}

Rows rows_of(const std::vector<Neighbour>& neighbours) {
  Rows rows;
  for (const auto& each : neighbours) rows.push_back(each.row);
  return rows;
}

bool same_lists(const NeighbourLists& a, const NeighbourLists& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                      [](const Neighbour& i, const Neighbour& j) {
                        return i.row == j.row && i.cosine == j.cosine;
                      });
  });
}

// Numbers of -1 and 1: of a width of 16 the lengths are 4, and all cosines multiples of 1/8.
Array signs(const Shape& shape, std::uint64_t seed) {
  Array a = random_array(shape, seed);
  for (Real& x : a) x = x < 0 ? Real(-1) : Real(1);
  return a;
}

}  // namespace

TEST_CASE("the nearest rows are those of a search through all cosines in double") {
  for_each_draw(60, [](tapegrad::Rng& rng) {
    const std::size_t n = random_size(1, 3000, rng), d = random_size(1, 40, rng);
    const std::size_t q = random_size(1, 5, rng), k = random_size(1, 30, rng);
    const Array rows = random_array({n, d}, rng), queries = random_array({q, d}, rng);
    const NeighbourLists found = NeighbourSearch(rows).nearest(queries, static_cast<Index>(k));
    REQUIRE(found.size() == q);
    for (std::size_t i = 0; i < q; ++i) {
      const auto wanted = nearest_of_all(rows, queries, i, k);
      REQUIRE(found[i].size() == wanted.size());
      for (std::size_t j = 0; j < wanted.size(); ++j) {
        const Neighbour& each = found[i][j];
        CHECK(each.cosine == Approx(wanted[j].cosine).margin(2e-7));
        const auto row = static_cast<std::size_t>(each.row);
        CHECK(each.cosine == Approx(cosine_of(queries, i, rows, row)).margin(2e-7));
      }
    }
  });
}

TEST_CASE("of equal cosines the lower row comes first, wherever blocks and threads end") {
  const Array rows = signs({40'000, 16}, 1), queries = signs({3, 16}, 2);
  const NeighbourSearch search(rows);
  for (const std::size_t k : {1U, 10U, 700U}) {
    const NeighbourLists found = search.nearest(queries, static_cast<Index>(k));
    for (std::size_t i = 0; i < 3; ++i) {
      const auto wanted = nearest_of_all(rows, queries, i, k);
      CHECK(rows_of(found[i]) == rows_of(wanted));
      CHECK(found[i].back().cosine == wanted.back().cosine);
    }
  }
}

TEST_CASE("cosines closer together than products in float tell are put in order in double") {
  // Rows around one direction, whose cosines with it differ by less than 1e-6.
  constexpr std::size_t n = 20'000, d = 100;
  Array rows = random_array({n, d}, 3);
  for (std::size_t r = 0; r < n; ++r) {
    for (std::size_t i = 0; i < d; ++i) rows(r, i) = 1 + Real(1e-3) * rows(r, i);
  }
  const Array query = tapegrad::full({1, d}, 1);
  const NeighbourSearch search(rows);
  const auto found = search.nearest(query, 20)[0];
  CHECK(found[0].cosine - found[19].cosine < 1e-7);
  Array unit_query = tapegrad::full({1, d}, Real(0.1));
  std::vector<Neighbour> wanted;
  for (std::size_t r = 0; r < n; ++r) {
    double sum = 0;
    for (std::size_t i = 0; i < d; ++i) {
      sum += double(search.unit_rows()(r, i)) * double(unit_query(0, i));
    }
    wanted.push_back({static_cast<Index>(r), sum});
  }
  std::stable_sort(wanted.begin(), wanted.end(),
                   [](const Neighbour& a, const Neighbour& b) { return a.cosine > b.cosine; });
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(found[i].cosine == Approx(wanted[i].cosine).epsilon(1e-14));
  }
}

TEST_CASE("a result depends neither on threads nor on what else is asked") {
  const Array rows = random_array({35'000, 20}, 4), queries = random_array({600, 20}, 5);
  const NeighbourSearch search(rows);
  tapegrad::set_threads(1);
  const NeighbourLists one = search.nearest(queries, 7);
  for (const int threads : {2, 5}) {
    tapegrad::set_threads(threads);
    CHECK(same_lists(search.nearest(queries, 7), one));
  }
  tapegrad::set_threads(0);
  for (const std::size_t q : {0U, 255U, 256U, 599U}) {
    Array alone(Shape{1, 20});
    std::copy_n(queries.data() + q * 20, 20, alone.data());
    CHECK(same_lists(search.nearest(alone, 7), {one[q]}));
  }
}

TEST_CASE("more queries than are taken at once get each its own answer") {
  const Array rows = random_array({5000, 6}, 6);
  const NeighbourSearch search(rows);
  const NeighbourLists found = search.nearest(rows, 1);
  REQUIRE(found.size() == 5000);
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(found[i][0].row == static_cast<Index>(i));
    CHECK(found[i][0].cosine == Approx(1));
  }
}

TEST_CASE("zero vectors have cosine 0 with everything") {
  const Array rows = {{1, 0}, {0, 0}, {-1, 0}, {0, 0}, {0, 2}};
  const NeighbourSearch search(rows);
  const NeighbourLists found = search.nearest(Array{{3, 0}, {0, 0}}, 9);
  CHECK(rows_of(found[0]) == Rows{0, 1, 3, 4, 2});
  CHECK(found[0][0].cosine == 1);
  CHECK(found[0][1].cosine == 0);
  CHECK(found[0][4].cosine == -1);
  CHECK(rows_of(found[1]) == Rows{0, 1, 2, 3, 4});
  for (const auto& each : found[1]) CHECK(each.cosine == 0);
  CHECK(search.cosine(1, 3) == 0);
}

TEST_CASE("excluded rows are no neighbours, and the next ones take their place") {
  for_each_draw(20, [](tapegrad::Rng& rng) {
    const std::size_t n = random_size(1, 300, rng), k = random_size(1, 20, rng);
    const std::size_t count = random_size(1, 300, rng);
    const Array rows = signs({n, 16}, rng.below(1000));
    const Array queries = signs({count, 16}, rng.below(1000));
    std::vector<Rows> excluded(count);
    for (auto& each : excluded) {
      for (std::size_t i = rng.below(30); i > 0; --i) {
        each.push_back(static_cast<Index>(rng.below(n)));
      }
    }
    const auto found = NeighbourSearch(rows).nearest(queries, static_cast<Index>(k), excluded);
    for (std::size_t q = 0; q < count; ++q) {
      CHECK(rows_of(found[q]) == rows_of(nearest_of_all(rows, queries, q, k, excluded[q])));
    }
  });
}

TEST_CASE("the neighbours of a row are other rows, with the cosines of its pairs") {
  const Array rows = random_array({500, 10}, 7);
  const NeighbourSearch search(rows);
  const NeighbourLists found = search.nearest_to_rows({4, 499, 4}, 5, {0, 1});
  REQUIRE(found.size() == 3);
  for (const std::size_t i : {0U, 1U}) {
    const Index self = i == 0 ? 4 : 499;
    const auto at = static_cast<std::size_t>(self);
    CHECK(rows_of(found[i]) == rows_of(nearest_of_all(rows, rows, at, 5, {self, 0, 1})));
    for (const auto& each : found[i]) {
      CHECK(each.cosine == search.cosine(self, each.row));
      CHECK(each.cosine == search.cosine(each.row, self));
    }
  }
  CHECK(rows_of(found[2]) == rows_of(found[0]));
}

TEST_CASE("lengths do not matter, however large or small") {
  const Array rows = {{Real(3e38), Real(3e38)}, {Real(1e-42), 0}, {0, Real(-1e20)}};
  const auto found = NeighbourSearch(rows).nearest(Array{{Real(1e-30), Real(2e-30)}}, 3)[0];
  CHECK(rows_of(found) == Rows{0, 1, 2});
  CHECK(found[0].cosine == Approx(3 / std::sqrt(10)));
  CHECK(found[1].cosine == Approx(1 / std::sqrt(5)));
  CHECK(found[2].cosine == Approx(-2 / std::sqrt(5)));
}

TEST_CASE("there are no more neighbours than rows, and none of none") {
  const NeighbourSearch search(Array{{1, 2}, {2, 1}});
  CHECK(search.nearest(Array{{1, 1}}, 5)[0].size() == 2);
  CHECK(search.nearest_to_rows({0}, 5)[0].size() == 1);
  CHECK(search.nearest(Array{{1, 1}}, 0).size() == 1);
  CHECK(search.nearest(Array{{1, 1}}, 0)[0].empty());
  CHECK(search.nearest(Array(Shape{0, 2}), 5).empty());
  CHECK(NeighbourSearch(Array(Shape{0, 2})).nearest(Array{{1, 1}}, 5)[0].empty());
}

TEST_CASE("what makes no sense is refused by name") {
  const NeighbourSearch search(Array{{1, 2}, {2, 1}});
  const Array query{{1, 1}};
  using tapegrad::IndexError;
  using tapegrad::ShapeError;
  CHECK(error_of<ShapeError>([] {
          NeighbourSearch(Array{1, 2});
        }) == "NeighbourSearch: vectors has shape [2], [N, D] is wanted");
  CHECK(error_of<std::invalid_argument>([] {
          NeighbourSearch(Array{{1, 2}, {0, std::numeric_limits<Real>::quiet_NaN()}});
        }) == "NeighbourSearch: row 1 of vectors has numbers that are not finite");
  CHECK(error_of<std::invalid_argument>([&] {
          search.nearest(Array{{1, std::numeric_limits<Real>::infinity()}}, 1);
        }) == "NeighbourSearch: row 0 of queries has numbers that are not finite");
  CHECK(error_of<ShapeError>([&] {
          search.nearest(Array{{1, 2, 3}}, 1);
        }) == "NeighbourSearch: queries has shape [1, 3], [Q, 2] is wanted");
  CHECK(error_of<ShapeError>([&] {
          search.nearest(query, 1, {{0}, {1}});
        }) == "NeighbourSearch: excluded has the rows of 2 queries, those of 1 are wanted");
  CHECK(error_of<IndexError>([&] { search.nearest(query, 1, {{2}}); }) ==
        "NeighbourSearch: excluded row 2 is out of range [0, 2)");
  CHECK(error_of<IndexError>([&] { search.nearest_to_rows({-1}, 1); }) ==
        "NeighbourSearch: row -1 is out of range [0, 2)");
  CHECK(error_of<IndexError>([&] { search.cosine(0, 2); }) ==
        "NeighbourSearch: row 2 is out of range [0, 2)");
  CHECK(error_of<std::invalid_argument>([&] { search.nearest(query, -1); }) ==
        "NeighbourSearch: k is -1, below 0");
}
