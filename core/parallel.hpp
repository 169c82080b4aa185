// One thread pool for everything. Work is cut into blocks that depend on the problem alone, never
// on the number of threads, so results have the same bits on any number of threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>

namespace tapegrad {

/// Sets how many threads the library uses; 0, the default, means one for each processor this
/// process may use. Throws std::invalid_argument when negative.
void set_threads(int threads);
/// How many threads the library uses.
int threads();

/// Calls body(block) once for each block in 0 .. blocks-1, in any order, on the library's threads.
/// Blocks must write to different places. If a body throws, the exception of the lowest block that
/// threw comes out once no block runs any more. Inside another parallel_for, or while another
/// thread of the program is in one, it runs on the calling thread alone.
void parallel_for(std::size_t blocks, const std::function<void(std::size_t)>& body);

/// Calls body(begin, end) for ranges that make up 0 .. n-1, each as long as pays for a thread's way
/// to it; `cost` is about how many numbers are read or written for one of the n items. Small work
/// so stays on the calling thread, and there body is just called.
template <class Body>
void parallel_ranges(std::size_t n, std::size_t cost, const Body& body) {
  constexpr std::size_t worthwhile = 1U << 16U;  // some 20 µs of work
  const std::size_t grain = std::max<std::size_t>(1, worthwhile / std::max<std::size_t>(1, cost));
  if (n <= grain) {
    if (n > 0) body(std::size_t{0}, n);
    return;
  }
  const auto range = [&](std::size_t block) {
    body(block * grain, std::min(n, (block + 1) * grain));
  };
  parallel_for((n + grain - 1) / grain, std::ref(range));
}

}  // namespace tapegrad
