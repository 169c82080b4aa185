#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <tapegrad/report/summaries.hpp>

using tapegrad::histogram;
using tapegrad::Histogram;
using tapegrad::times_by_rank;

using Ranks = std::vector<std::array<std::uint64_t, 2>>;

TEST_CASE("a value at an edge counts above it, one at the upper end in the last bin") {
  const Histogram h = histogram({0, 0.5, 1, 1.5, 2, 3, 4, 4, -1, 5, std::nan("")}, 0, 4, 4);
  CHECK(h.edges == std::vector<double>{0, 1, 2, 3, 4});
  CHECK(h.counts == std::vector<std::uint64_t>{2, 2, 1, 3});
}

TEST_CASE("values that are all equal have one bin") {
  const Histogram h = histogram({0, 0, 0}, 0, 0);
  CHECK(h.edges == std::vector<double>{0, 0});
  CHECK(h.counts == std::vector<std::uint64_t>{3});
}

TEST_CASE("every value between the ends is in a bin, whatever the rounding of the edges") {
  std::vector<double> values;
  for (int i = 0; i <= 1000; ++i) values.push_back(0.1 + 0.7 * i / 1000.0);
  const Histogram h = histogram(values, 0.1, 0.1 + 0.7);
  CHECK(h.counts.size() == 40);
  CHECK(std::accumulate(h.counts.begin(), h.counts.end(), std::uint64_t{0}) == 1001);
}

TEST_CASE("few times are ranked one by one, without those that never came") {
  CHECK(times_by_rank({3, 0, 7, 1, 0, 7}) == Ranks{{1, 7}, {2, 7}, {3, 3}, {4, 1}});
  CHECK(times_by_rank({0, 0}).empty());
  CHECK(times_by_rank({5}) == Ranks{{1, 5}});
}

TEST_CASE("many times are ranked at steps of the logarithm, the first and the last among them") {
  std::vector<std::uint64_t> times(100'000);
  std::iota(times.begin(), times.end(), std::uint64_t{1});
  const Ranks ranks = times_by_rank(times);
  CHECK(ranks.size() <= 300);
  CHECK(ranks.size() > 200);
  CHECK(ranks.front() == std::array<std::uint64_t, 2>{1, 100'000});
  CHECK(ranks.back() == std::array<std::uint64_t, 2>{100'000, 1});
  for (std::size_t i = 1; i < ranks.size(); ++i) {
    CHECK(ranks[i][0] > ranks[i - 1][0]);
    CHECK(ranks[i][0] + ranks[i][1] == 100'001);
    if (ranks[i][0] > 200) {  // equal steps: a factor of 100000 in 299 of them
      CHECK(static_cast<double>(ranks[i][0]) / static_cast<double>(ranks[i - 1][0]) ==
            Approx(std::pow(100'000.0, 1.0 / 299)).epsilon(0.01));
    }
  }
}

TEST_CASE("the largest values come first, of equals the earlier, and none that is not above 0") {
  CHECK(tapegrad::largest({1, 3, 0, 3, 2, -1}, 3) == std::vector<std::size_t>{1, 3, 4});
  CHECK(tapegrad::largest({1, 0, std::nan("")}, 3) == std::vector<std::size_t>{0});
}
