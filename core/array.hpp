// Arrays: the numbers that everything computes with. The only public file that includes xtensor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <string>
#include <tapegrad/core/real.hpp>
#include <tapegrad/core/recycle.hpp>
#include <utility>
#include <vector>
#include <xtensor/xarray.hpp>

namespace tapegrad {

/// Allocates on 64-byte boundaries: a cache line, and the widest vector register. Memory is
/// recycled, see memory_use.
template <class T>
struct AlignedAllocator {
  using value_type = T;

  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) {}  // NOLINT(google-explicit-constructor)

  T* allocate(std::size_t n) {
    if (n > std::numeric_limits<std::size_t>::max() / 2 / sizeof(T)) throw std::bad_alloc();
    return static_cast<T*>(detail::allocate_block(n * sizeof(T)));
  }
  void deallocate(T* p, std::size_t n) noexcept { detail::free_block(p, n * sizeof(T)); }

  friend bool operator==(const AlignedAllocator&, const AlignedAllocator&) { return true; }
  friend bool operator!=(const AlignedAllocator&, const AlignedAllocator&) { return false; }
};

/// Row-major array of Index.
using IndexArray = xt::xarray<Index, xt::layout_type::row_major, AlignedAllocator<Index>>;
/// Truth values, row-major; in masks, true = leave this one out.
using Mask = xt::xarray<bool, xt::layout_type::row_major>;
/// The sizes of an array, outermost first; {} is a single number.
using Shape = IndexArray::shape_type;

/// "[2, 3]", as error texts write a shape.
std::string to_string(const Shape& shape);
/// The number of elements of an array of this shape.
std::size_t count(const Shape& shape);

inline namespace TAPEGRAD_PRECISION {

/// Row-major array of Real: values, parameters, gradients.
using Array = xt::xarray<Real, xt::layout_type::row_major, AlignedAllocator<Real>>;

/// An array with every element set to `value`.
Array full(const Shape& shape, Real value);
/// An array of zeros.
inline Array zeros(const Shape& shape) {
  return full(shape, Real(0));
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
