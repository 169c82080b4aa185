// One thread pool for everything. Work is cut into blocks that depend on the problem alone, never
// on the number of threads, so results have the same bits on any number of threads.
#pragma once

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
/// so stays on the calling thread.
void parallel_ranges(std::size_t n, std::size_t cost,
                     const std::function<void(std::size_t, std::size_t)>& body);

}  // namespace tapegrad
