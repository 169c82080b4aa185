#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <tapegrad/core/kernels/denormals.hpp>
#include <tapegrad/core/parallel.hpp>
#include <thread>
#include <vector>

namespace tg = tapegrad;

namespace {

// Sets a number of threads for one test.
struct Threads {
  explicit Threads(int n) { tg::set_threads(n); }
  ~Threads() { tg::set_threads(0); }
};

}  // namespace

TEST_CASE("every block is done once, whatever the number of threads") {
  for (const int n : {1, 2, 5}) {
    const Threads threads(n);
    for (const std::size_t blocks : std::vector<std::size_t>{0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> done(blocks);
      tg::parallel_for(blocks, [&](std::size_t block) { ++done[block]; });
      CHECK(std::all_of(done.begin(), done.end(), [](const auto& d) { return d == 1; }));
    }
  }
}

TEST_CASE("ranges make up the whole, and small work is one range") {
  const Threads threads(3);
  for (const std::size_t n : std::vector<std::size_t>{0, 1, 100, 100000}) {
    std::vector<std::atomic<int>> done(n);
    tg::parallel_ranges(n, 10, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) ++done[i];
    });
    CHECK(std::all_of(done.begin(), done.end(), [](const auto& d) { return d == 1; }));
  }
  int ranges = 0;
  tg::parallel_ranges(100, 10, [&](std::size_t, std::size_t) { ++ranges; });
  CHECK(ranges == 1);
}

TEST_CASE("the exception of the lowest block comes out, after all blocks have ended") {
  for (const int n : {1, 4}) {
    const Threads threads(n);
    std::atomic<int> ended{0};
    const auto run = [&] {
      tg::parallel_for(100, [&](std::size_t block) {
        if (block % 10 == 7) throw std::runtime_error("block " + std::to_string(block));
        ++ended;
      });
    };
    CHECK_THROWS_WITH(run(), "block 7");
    if (n > 1) CHECK(ended == 90);
  }
  tg::parallel_for(10, [](std::size_t) {});
}

TEST_CASE("a loop inside a loop runs serially on its thread") {
  const Threads threads(4);
  std::atomic<int> inner{0};
  tg::parallel_for(8, [&](std::size_t) {
    const auto own = std::this_thread::get_id();
    tg::parallel_for(8, [&](std::size_t) {
      if (std::this_thread::get_id() == own) ++inner;
    });
  });
  CHECK(inner == 64);
}

TEST_CASE("several threads of a program can run loops at once") {
  const Threads threads(3);
  std::vector<long> sums(4);
  std::vector<std::thread> users;
  for (long& sum : sums) {
    users.emplace_back([&sum] {
      for (int i = 0; i < 200; ++i) {
        std::atomic<long> total{0};
        tg::parallel_for(50, [&](std::size_t block) { total += static_cast<long>(block); });
        sum += total;
      }
    });
  }
  for (std::thread& user : users) user.join();
  for (const long sum : sums) CHECK(sum == 200L * 49 * 50 / 2);
}

TEST_CASE("a negative number of threads is an error") {
  CHECK_THROWS_WITH(tg::set_threads(-1), Catch::Matchers::Contains("threads is -1"));
}

TEST_CASE("all threads of a loop treat denormal numbers as its caller does") {
  const Threads threads(4);
  const auto zeros = [caller = std::this_thread::get_id()] {
    std::atomic<int> count{0};
    std::atomic<bool> helped{false};
    tg::parallel_for(2000, [&](std::size_t) {
      // The caller gives the others time to come.
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
      if (std::this_thread::get_id() != caller) helped = true;
      while (!helped && std::chrono::steady_clock::now() < end) std::this_thread::yield();
      volatile float small = 1e-30F;
      small = small * 1e-10F;
      if (small == 0.0F) ++count;
    });
    return count.load();
  };
  CHECK(zeros() == 0);
#if defined(__SSE__) || defined(__aarch64__)
  {
    const tg::FlushDenormals flush;
    CHECK(zeros() == 2000);
  }
  CHECK(zeros() == 0);
#endif
}
