// Vectors of so many numbers that writing them twice costs time.
#pragma once

#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace tapegrad {

/// Leaves elements for which no value is given as they are, so that whoever fills them is the first
/// to touch their memory: on all threads, and once.
template <class T>
struct LargeAllocator : std::allocator<T> {
  using value_type = T;
  // NOLINTBEGIN(readability-identifier-naming): the names are those of the standard library.
  template <class U>
  struct rebind {
    using other = LargeAllocator<U>;
  };
  // NOLINTEND(readability-identifier-naming)

  LargeAllocator() = default;
  template <class U>
  LargeAllocator(const LargeAllocator<U>&) {}  // NOLINT(google-explicit-constructor)

  template <class U, class... Values>
  void construct(U* at, Values&&... values) {
    if constexpr (sizeof...(Values) == 0) {
      ::new (static_cast<void*>(at)) U;
    } else {
      ::new (static_cast<void*>(at)) U(std::forward<Values>(values)...);
    }
  }
};

/// A std::vector whose resize(n) adds numbers that have to be written before they are read.
template <class T>
using LargeVector = std::vector<T, LargeAllocator<T>>;

}  // namespace tapegrad
