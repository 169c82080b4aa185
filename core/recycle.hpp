// Where the memory of arrays comes from. Training makes arrays of the same sizes step after step;
// their memory is kept and given out again, so that the system is not asked for pages each time.
#pragma once

#include <cstddef>

namespace tapegrad {

/// Bytes of arrays, each rounded up to the size of its block: at most a quarter more, at least 64.
struct MemoryUse {
  std::size_t live;    ///< in arrays that exist
  std::size_t cached;  ///< kept for arrays to come
  std::size_t peak;    ///< the most that was live since the start, or the last release
};

/// What the arrays of all threads take.
///
/// Memory of arrays that ended is kept as long as live and cached bytes together are at most 1.25
/// times the peak, or 64 MiB if that is more; then the largest kept blocks go back to the system.
/// With the sanitizers nothing is kept, so that they see every use of freed memory.
MemoryUse memory_use();

/// Gives what is cached back to the system (other threads may keep 1 MiB each), and lets the peak
/// start again from what is live.
void release_cached_memory();

namespace detail {

/// A block of at least this size on a 64-byte boundary. Throws std::bad_alloc.
void* allocate_block(std::size_t bytes);
/// Takes back a block that was allocated with this size, on any thread.
void free_block(void* block, std::size_t bytes) noexcept;

}  // namespace detail
}  // namespace tapegrad
