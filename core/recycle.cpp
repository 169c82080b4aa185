#include <tapegrad/core/recycle.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <mutex>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TAPEGRAD_KEEP_NO_BLOCKS
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TAPEGRAD_KEEP_NO_BLOCKS
#endif

namespace tapegrad {
namespace {

#ifdef TAPEGRAD_KEEP_NO_BLOCKS
constexpr bool keeps_blocks = false;
#else
constexpr bool keeps_blocks = true;
#endif

constexpr std::size_t unit = 64;
constexpr std::size_t always_kept = std::size_t{64} << 20U;
constexpr std::size_t kept_by_thread = std::size_t{1} << 20U;

// Blocks come in classes of sizes: 1, 2, 3 and 4 units, then four steps to each doubling.
struct SizeClass {
  std::size_t index, bytes;
};

SizeClass size_class(std::size_t bytes) {
  const std::size_t last = bytes == 0 ? 0 : (bytes - 1) / unit;  // the number of units, less one
  if (last < 4) return {last, (last + 1) * unit};
  const auto power = static_cast<std::size_t>(std::bit_width(last)) - 1;
  const std::size_t step = last >> (power - 2);  // 4 .. 7
  return {4 * (power - 2) + step, ((step + 1) << (power - 2)) * unit};
}

constexpr std::size_t classes = std::size_t{4} * 58;  // as many as 2^64 bytes have
constexpr std::size_t small_classes = 48;             // those that threads keep: up to 512 KiB

// Tables are read row by row in no order. On huge pages most rows are found without a walk through
// the page tables.
constexpr std::size_t huge_page = std::size_t{2} << 20U;

std::align_val_t alignment(std::size_t bytes) {
  return std::align_val_t{bytes < 2 * huge_page ? unit : huge_page};
}

void* new_block(std::size_t bytes) {
  void* block = ::operator new(bytes, alignment(bytes));
#ifdef __linux__
  if (bytes >= 2 * huge_page) madvise(block, bytes, MADV_HUGEPAGE);  // a wish: it may fail
#endif
  return block;
}

void delete_block(void* block, std::size_t bytes) {
  ::operator delete(block, alignment(bytes));
}

// A free block holds the list's next one.
struct Block {
  Block* next;
};

void push(Block*& list, void* memory) {
  list = new (memory) Block{list};
}

Block* pop(Block*& list) {
  Block* block = list;
  if (block != nullptr) list = block->next;
  return block;
}

std::atomic<std::size_t> live{0};
std::atomic<std::size_t> peak{0};
std::atomic<std::size_t> held{0};  // live and cached

void count_live(std::size_t bytes) {
  const std::size_t now = live.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  std::size_t before = peak.load(std::memory_order_relaxed);
  while (now > before && !peak.compare_exchange_weak(before, now, std::memory_order_relaxed)) {
  }
}

// The free blocks that all threads share. It is never destroyed: arrays may end after it would be.
class SharedBlocks {
 public:
  void* take(const SizeClass& size) {
    const std::lock_guard lock(mutex_);
    if (Block* block = pop(lists_[size.index])) return block;
    const std::size_t limit = std::max(always_kept, peak.load() + peak.load() / 4);
    while (held + size.bytes > limit && release_largest()) {
    }
    held += size.bytes;
    try {
      return new_block(size.bytes);
    } catch (const std::bad_alloc&) {
      while (release_largest()) {
      }
    }
    try {
      return new_block(size.bytes);
    } catch (const std::bad_alloc&) {
      held -= size.bytes;
      throw;
    }
  }

  void put(std::size_t index, void* memory) noexcept {
    const std::lock_guard lock(mutex_);
    push(lists_[index], memory);
    largest_ = std::max(largest_, index);
  }

  void release_all() {
    const std::lock_guard lock(mutex_);
    while (release_largest()) {
    }
  }

 private:
  bool release_largest() {
    while (largest_ > 0 && lists_[largest_] == nullptr) --largest_;
    Block* block = pop(lists_[largest_]);
    if (block == nullptr) return false;
    delete_block(block, bytes_of(largest_));
    held -= bytes_of(largest_);
    return true;
  }

  static std::size_t bytes_of(std::size_t index) {
    if (index < 4) return (index + 1) * unit;
    return ((index % 4 + 5) << (index / 4 - 1)) * unit;
  }

  std::mutex mutex_;
  std::array<Block*, classes> lists_{};
  std::size_t largest_ = 0;  // no list above it has blocks
};

SharedBlocks& shared() {
  static SharedBlocks& instance = *new SharedBlocks;
  return instance;
}

// Whether this thread's blocks have ended already; arrays in static memory end after them.
thread_local bool thread_blocks_ended = false;

// The free blocks of one thread, which it takes and puts without a lock.
class ThreadBlocks {
 public:
  ThreadBlocks() = default;
  ThreadBlocks(const ThreadBlocks&) = delete;
  ThreadBlocks& operator=(const ThreadBlocks&) = delete;
  ~ThreadBlocks() {
    thread_blocks_ended = true;
    give_to_shared();
  }

  Block* take(const SizeClass& size) {
    Block* block = pop(lists_[size.index]);
    if (block != nullptr) bytes_ -= size.bytes;
    return block;
  }

  // False when the thread has enough.
  bool put(const SizeClass& size, void* memory) {
    if (bytes_ + size.bytes > kept_by_thread) return false;
    push(lists_[size.index], memory);
    bytes_ += size.bytes;
    return true;
  }

  void give_to_shared() {
    for (std::size_t index = 0; index < small_classes; ++index) {
      while (Block* block = pop(lists_[index])) shared().put(index, block);
    }
    bytes_ = 0;
  }

 private:
  std::array<Block*, small_classes> lists_{};
  std::size_t bytes_ = 0;
};

thread_local ThreadBlocks thread_blocks;

bool by_thread(const SizeClass& size) {
  return size.index < small_classes && !thread_blocks_ended;
}

}  // namespace

MemoryUse memory_use() {
  const std::size_t in_use = live;
  const std::size_t all = held;
  return {in_use, all > in_use ? all - in_use : 0, peak};
}

void release_cached_memory() {
  if (!thread_blocks_ended) thread_blocks.give_to_shared();
  shared().release_all();
  peak = live.load();
}

namespace detail {

void* allocate_block(std::size_t bytes) {
  const SizeClass size = size_class(bytes);
  count_live(size.bytes);
  if (keeps_blocks && by_thread(size)) {
    if (Block* block = thread_blocks.take(size)) return block;
  }
  try {
    return shared().take(size);
  } catch (...) {
    live -= size.bytes;
    throw;
  }
}

void free_block(void* block, std::size_t bytes) noexcept {
  if (block == nullptr) return;
  const SizeClass size = size_class(bytes);
  live.fetch_sub(size.bytes, std::memory_order_relaxed);
  if (!keeps_blocks) {
    held -= size.bytes;
    delete_block(block, size.bytes);
  } else if (!by_thread(size) || !thread_blocks.put(size, block)) {
    shared().put(size.index, block);
  }
}

}  // namespace detail
}  // namespace tapegrad
