// One thread pool for everything. Work is cut into blocks that depend on the problem alone, never
// on the number of threads, so results have the same bits on any number of threads.
#pragma once

#include <cstddef>
#include <functional>

namespace tapegrad {

/// Sets how many threads the library uses; 0 means one for each processor this process may use (the
/// default, or what OMP_NUM_THREADS says). Throws std::invalid_argument when negative.
void set_threads(int threads);
/// How many threads the library uses.
int threads();

/// Calls body(block) once for each block in 0 .. blocks-1, in any order, on the library's threads.
/// Blocks must write to different places. If bodies throw, the exception of the lowest block comes
/// out, after all blocks have ended. Inside another parallel_for it runs serially.
void parallel_for(std::size_t blocks, const std::function<void(std::size_t)>& body);

/// Cuts 0 .. n-1 into ranges of `grain` elements and calls body(begin, end) for each.
void parallel_ranges(std::size_t n, std::size_t grain,
                     const std::function<void(std::size_t, std::size_t)>& body);

}  // namespace tapegrad
