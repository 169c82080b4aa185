#include "allocation.hpp"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

// NOLINTBEGIN(cppcoreguidelines-no-malloc): this is what the others stand on.
namespace {

std::atomic<std::size_t> live_bytes = 0;
std::atomic<std::size_t> peak_bytes = 0;

void* counted(void* block) {
  if (block == nullptr) throw std::bad_alloc();
  const std::size_t live = live_bytes += ::malloc_usable_size(block);
  std::size_t peak = peak_bytes;
  while (live > peak && !peak_bytes.compare_exchange_weak(peak, live)) {
  }
  return block;
}

void uncounted(void* block) {
  live_bytes -= ::malloc_usable_size(block);
  std::free(block);
}

}  // namespace

namespace allocation {

std::size_t live() {
  return live_bytes;
}
std::size_t peak() {
  return peak_bytes;
}
void restart() {
  peak_bytes = live_bytes.load();
}

}  // namespace allocation

void* operator new(std::size_t size) {
  return counted(std::malloc(size));
}
void* operator new(std::size_t size, const std::nothrow_t& /*nothrow*/) noexcept {
  void* const block = std::malloc(size);
  return block == nullptr ? nullptr : counted(block);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto step = static_cast<std::size_t>(alignment);
  return counted(std::aligned_alloc(step, (size + step - 1) / step * step));
}
void operator delete(void* block) noexcept {
  uncounted(block);
}
void operator delete(void* block, std::size_t /*size*/) noexcept {
  uncounted(block);
}
void operator delete(void* block, std::align_val_t /*alignment*/) noexcept {
  uncounted(block);
}
void operator delete(void* block, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept {
  uncounted(block);
}
// NOLINTEND(cppcoreguidelines-no-malloc)
