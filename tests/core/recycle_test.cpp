// Memory of arrays: what is counted, what is kept for the next array, and when it goes back.
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <same.hpp>
#include <sanitizers.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/recycle.hpp>
#include <thread>

namespace tg = tapegrad;

namespace {

// With the sanitizers every array has memory of its own, so that they see uses after the end.
constexpr bool recycles = !sanitized;

constexpr std::size_t mebibyte = std::size_t{1} << 20U;

tg::Array of_mebibytes(std::size_t n) {
  return tg::Array(tg::Shape{n * mebibyte / sizeof(tg::Real)});
}

long page_faults() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  return use.ru_minflt;
}

std::size_t held() {
  const tg::MemoryUse use = tg::memory_use();
  return use.live + use.cached;
}

// One step of a small classifier of bags, without an optimizer.
void train(const tg::Parameter& table, const tg::Parameter& weight, const tg::Bags& bags,
           const tg::IndexArray& labels) {
  tg::Tape tape;
  const tg::Tensor x = tg::embedding_bag(table, bags);
  tape.backward(cross_entropy(linear(x, weight), labels));
}

}  // namespace

TEST_CASE("live memory is what arrays have, peak the most of it since the last release") {
  tg::release_cached_memory();
  const std::size_t before = tg::memory_use().live;
  CHECK(tg::memory_use().peak == before);
  {
    const tg::Array one = of_mebibytes(1);
    const tg::Array two = of_mebibytes(2);
    CHECK(tg::memory_use().live == before + 3 * mebibyte);
    const tg::Array copy = one;
    CHECK(tg::memory_use().live == before + 4 * mebibyte);
  }
  CHECK(tg::memory_use().live == before);
  CHECK(tg::memory_use().peak == before + 4 * mebibyte);
  tg::release_cached_memory();
  CHECK(tg::memory_use().peak == before);
}

TEST_CASE("blocks are at most a quarter larger than wanted, or 64 bytes") {
  const std::size_t before = tg::memory_use().live;
  for (const std::size_t n :
       {1UL, 16UL, 17UL, 64UL, 65UL, 80UL, 81UL, 1000UL, 99999UL, 1000001UL}) {
    const tg::Array a(tg::Shape{n});
    const std::size_t bytes = n * sizeof(tg::Real);
    const std::size_t block = tg::memory_use().live - before;
    CAPTURE(n, block);
    CHECK(block >= bytes);
    CHECK(block <= std::max(bytes + bytes / 4, (bytes + 63) / 64 * 64));
    CHECK(reinterpret_cast<std::uintptr_t>(a.data()) % 64 == 0);
  }
}

TEST_CASE("the memory of an array that ended is given to the next of its size, on any thread") {
  if (!recycles) return;
  tg::release_cached_memory();
  for (const std::size_t n : {std::size_t{10}, std::size_t{1000}, std::size_t{1000000}}) {
    const tg::Real* first = tg::Array(tg::Shape{n}).data();
    tg::Array second(tg::Shape{n});
    CHECK(second.data() == first);
    // It ends on another thread, which ends too.
    std::thread([&] { tg::Array(std::move(second)); }).join();
    CHECK(tg::Array(tg::Shape{n}).data() == first);
  }
}

TEST_CASE("what is kept with what lives is at most 64 MiB, or 1.25 times the peak") {
  tg::release_cached_memory();
  for (const std::size_t step : {3UL, 11UL}) {
    for (std::size_t n = 1; n < 160; n += step) {
      of_mebibytes(n);
      const std::size_t peak = tg::memory_use().peak;
      CAPTURE(n, peak);
      CHECK(held() <= std::max(64 * mebibyte, peak + peak / 4));
    }
  }
  tg::release_cached_memory();
  CHECK(tg::memory_use().cached < mebibyte);
}

TEST_CASE("an array that no machine has memory for is an error, and is not counted") {
  if (sanitized) {
    WARN("not run: a sanitizer ends the program instead");
    return;
  }
  const tg::MemoryUse before = tg::memory_use();
  CHECK_THROWS_AS(tg::Array(tg::Shape{std::size_t{1} << 60U}), std::bad_alloc);
  CHECK_THROWS_AS(tg::Array(tg::Shape{std::size_t{1} << 62U}), std::bad_alloc);
  CHECK(tg::memory_use().live == before.live);
}

TEST_CASE("10,000 steps of training take no more memory than 100, and no new pages") {
  const tg::Parameter table(tg::full({1000, 300}, 0.5F)), weight(tg::full({2, 300}, 0.1F));
  std::vector<tg::Bags> batches;
  for (std::size_t length : {40UL, 10UL, 70UL}) {
    tg::IndexArray ids(tg::Shape{32, length});
    for (std::size_t i = 0; i < ids.size(); ++i) {
      ids.data()[i] = static_cast<tg::Index>(i * 7919 % 1000);
    }
    batches.push_back({ids});
  }
  const tg::IndexArray labels(tg::Shape{32}, 1);
  tg::set_threads(1);
  const auto steps = [&](std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) train(table, weight, batches[i % 3], labels);
  };
  steps(100);
  const tg::MemoryUse before = tg::memory_use();
  const long faults = page_faults();
  steps(10000);
  tg::set_threads(0);
  CHECK(tg::memory_use().live == before.live);
  CHECK(tg::memory_use().peak == before.peak);
  if (!recycles) return;
  CHECK(held() == before.live + before.cached);
  CHECK(page_faults() - faults < 100);
}

TEST_CASE("backward frees the values that operations saved, and their gradients, as it goes") {
  const tg::Parameter p(of_mebibytes(1) * 0 + 1);
  tg::release_cached_memory();
  const std::size_t before = tg::memory_use().live;
  std::size_t at_end = 0;
  tg::Tape tape;
  const tg::Tensor first = tg::record("first", {p}, p + p, {},
                                      [&](const tg::Array& dy, const tg::Saved&, tg::Sink& sink) {
                                        at_end = tg::memory_use().live;
                                        sink.add(0, dy);
                                      });
  tg::Tensor loss;
  {
    tg::Tensor x = first * first;
    for (int i = 0; i < 30; ++i) x = tanh(x);
    loss = sum(x);
  }
  CHECK(tg::memory_use().live < before + 33 * mebibyte);
  tape.backward(loss);
  // The user's `first`, its gradient, and the one that `p + p` already gave.
  CHECK(at_end < before + 4 * mebibyte);
  CHECK(tg::memory_use().peak < before + 36 * mebibyte);
}

TEST_CASE("a value that no operation saves dies when its user lets go of it") {
  const tg::Parameter p(of_mebibytes(1) * 0 + 1);
  tg::release_cached_memory();
  const std::size_t before = tg::memory_use().live;
  tg::Tape tape;
  tg::Tensor x = p;
  for (int i = 0; i < 30; ++i) x = -x + p;
  const tg::Tensor loss = sum(x);
  CHECK(tg::memory_use().peak < before + 4 * mebibyte);
  CHECK(tape.backward(loss).dense(p)(0) == 1);
  CHECK(tg::memory_use().peak < before + 6 * mebibyte);
}

TEST_CASE("the slices of one value share one gradient array") {
  const tg::Parameter p(tg::full({64, 4096}, 1));
  tg::Tape tape;
  const tg::Tensor x = p * p;
  tg::Tensor total(tg::full({1, 4096}, 0));
  for (tg::Index i = 0; i < 64; ++i) total = total + tg::slice(x, 0, i, i + 1);
  const tg::Tensor loss = sum(total);
  tg::release_cached_memory();
  const std::size_t before = tg::memory_use().live;
  const tg::Gradients g = tape.backward(loss);
  CHECK(same(g.dense(p), tg::full({64, 4096}, 2)));
  CHECK(tg::memory_use().peak < before + 5 * mebibyte);
}
