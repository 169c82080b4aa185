#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <limits>
#include <tapegrad/core/memory.hpp>

namespace tg = tapegrad;
using Catch::Matchers::Contains;

TEST_CASE("a table is refused when it needs more than is available, with the sum") {
  CHECK_NOTHROW(tg::check_memory("Embedding", 1000, 250, 1, 1'000'000));
  CHECK_THROWS_WITH(tg::check_memory("Embedding", 4'000'000'000, 300, 1, 22'900'000'000),
                    "Embedding: a table of 4000000000 x 300 values needs 4,800.0 GB (V · D · 4 "
                    "bytes), 22.9 GB are available");
  CHECK_THROWS_AS(tg::check_memory("Embedding", 1000, 250, 1, 999'999), std::runtime_error);
}

TEST_CASE("the optimizer's moments count when asked with three copies") {
  CHECK_NOTHROW(tg::check_memory("Adam", 1000, 250, 3, 3'000'000));
  CHECK_THROWS_WITH(tg::check_memory("Adam", 1'000'000'000, 300, 3, 2'000'000'000'000),
                    "Adam: a table of 1000000000 x 300 values needs 3,600.0 GB (V · D · 4 bytes · "
                    "3, with the optimizer's moments), 2,000.0 GB are available");
}

TEST_CASE("sizes whose product no integer holds are refused too") {
  const std::size_t huge = std::numeric_limits<std::size_t>::max();
  CHECK_THROWS_WITH(tg::check_memory("Embedding", huge / 4 + 1, 4, 1, 1'000'000),
                    Contains("needs 73,786,976,294.8 GB"));
  CHECK_THROWS_AS(tg::check_memory("Embedding", huge, huge, 3, 1'000'000), std::runtime_error);
  CHECK_NOTHROW(tg::check_memory("Embedding", huge, 0, 1, 0));
}

TEST_CASE("the available memory is known here, and a limit on address space lowers it") {
  const std::uint64_t before = tg::available_memory();
  CHECK(before > 0);
  CHECK(before < std::uint64_t{1} << 50U);
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_AS, &limit) == 0);
  rlimit lower = limit;
  lower.rlim_cur = std::min<rlim_t>(limit.rlim_max, rlim_t{1} << 20U);
  REQUIRE(setrlimit(RLIMIT_AS, &lower) == 0);
  const std::uint64_t left = tg::available_memory();
  REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
  CHECK(left <= 1U << 20U);
}
