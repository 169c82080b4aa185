// Arrays: the numbers that everything computes with. The only public file that includes xtensor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <tapegrad/core/real.hpp>
#include <utility>
#include <vector>
#include <xtensor/xarray.hpp>

namespace tapegrad {

/// Allocates on 64-byte boundaries: a cache line, and the widest vector register.
template <class T>
struct AlignedAllocator {
  using value_type = T;
  static constexpr std::align_val_t alignment{64};

  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) {}  // NOLINT(google-explicit-constructor)

  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), alignment)); }
  void deallocate(T* p, std::size_t) { ::operator delete(p, alignment); }

  friend bool operator==(const AlignedAllocator&, const AlignedAllocator&) { return true; }
  friend bool operator!=(const AlignedAllocator&, const AlignedAllocator&) { return false; }
};

/// Row-major array of Index.
using IndexArray = xt::xarray<Index, xt::layout_type::row_major, AlignedAllocator<Index>>;
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
