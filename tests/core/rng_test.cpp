#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <set>
#include <tapegrad/core/rng.hpp>
#include <vector>

using tapegrad::Rng;

TEST_CASE("the n-th random number depends on the seed and n alone") {
  Rng rng(7);
  const std::uint64_t first = rng.next();
  const std::uint64_t second = rng.next();
  CHECK(Rng(7).at(0) == first);
  CHECK(Rng(7).at(1) == second);
  CHECK(first != second);
  CHECK(Rng(8).at(0) != first);
  rng.seek(0);
  CHECK(rng.next() == first);
}

TEST_CASE("sub-streams differ from each other and do not move their parent") {
  const Rng parent(1);
  std::set<std::uint64_t> firsts{parent.at(0)};
  for (std::uint64_t stream = 0; stream < 1000; ++stream) firsts.insert(parent.split(stream).at(0));
  CHECK(firsts.size() == 1001);
  CHECK(parent.position() == 0);
}

TEST_CASE("uniform and normal numbers have the moments of their distributions") {
  Rng rng(3);
  const int n = 200000;
  double sum = 0, squares = 0, normal_sum = 0, normal_squares = 0;
  for (int i = 0; i < n; ++i) {
    const double u = rng.uniform();
    REQUIRE(u >= 0.0);
    REQUIRE(u < 1.0);
    sum += u;
    squares += u * u;
    const double z = rng.normal();
    normal_sum += z;
    normal_squares += z * z;
  }
  // Five standard errors of each mean.
  CHECK(std::abs(sum / n - 0.5) < 5 * std::sqrt(1.0 / 12 / n));
  CHECK(std::abs(squares / n - 1.0 / 3) < 5 * std::sqrt(4.0 / 45 / n));
  CHECK(std::abs(normal_sum / n) < 5 * std::sqrt(1.0 / n));
  CHECK(std::abs(normal_squares / n - 1.0) < 5 * std::sqrt(2.0 / n));
}

TEST_CASE("below(n) reaches every value under n about equally often, and none above") {
  Rng rng(4);
  std::vector<int> counts(7);
  for (int i = 0; i < 70000; ++i) ++counts.at(rng.below(7));
  for (const int c : counts) CHECK(std::abs(c - 10000) < 5 * std::sqrt(10000.0));
}

TEST_CASE("shuffle keeps every element and depends on the seed") {
  std::vector<int> items(100);
  std::iota(items.begin(), items.end(), 0);
  auto a = items, b = items, c = items;
  Rng one(1), same(1), two(2);
  shuffle(a, one);
  shuffle(b, same);
  shuffle(c, two);
  CHECK(a == b);
  CHECK(a != c);
  CHECK(a != items);
  std::sort(a.begin(), a.end());
  CHECK(a == items);
}
