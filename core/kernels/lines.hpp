// Lines: the elements of an array along one axis, all other indices fixed.
#pragma once

#include <cstddef>
#include <tapegrad/core/array.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad {

/// Calls body(start) for each line along the axis, in parallel. Its elements are at start,
/// start + view.inner, ... start + (view.size - 1) * view.inner.
template <class F>
void for_each_line(const AxisView& view, F body) {
  parallel_ranges(view.outer * view.inner, view.size, [&](std::size_t begin, std::size_t end) {
    for (std::size_t line = begin; line < end; ++line) {
      body(line / view.inner * view.size * view.inner + line % view.inner);
    }
  });
}

}  // namespace tapegrad
