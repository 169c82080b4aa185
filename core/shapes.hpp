// Checks and arithmetic of shapes that operations share.
#pragma once

#include <string>
#include <tapegrad/core/array.hpp>
#include <vector>

namespace tapegrad {

/// The axis 0 .. dimensions-1 that `axis` names, which may count from the end. Throws IndexError
/// with the operation's name when it is out of range.
std::size_t axis_of(const char* operation, int axis, std::size_t dimensions);

/// The shape that two shapes broadcast to; throws ShapeError with the operation's name.
Shape broadcast_shape(const char* operation, const Shape& a, const Shape& b);

/// Neighbouring dimensions that two arrays walk in the same way when they broadcast, as one: how
/// many elements, and how far each array moves on from one to the next (0: it stays).
struct BroadcastRun {
  std::size_t size, a_step, b_step;
};
/// The runs of two shapes that broadcast to at least one element, outermost first; at least one.
/// [8, 2, 3] and [2, 3] have the runs 8 and 6.
std::vector<BroadcastRun> broadcast_runs(const Shape& a, const Shape& b);

/// Throws ShapeError, as "OPERATION: ARGUMENT has shape [2, 3], WANTED is wanted", unless ok.
void check_shape(bool ok, const char* operation, const char* argument, const Shape& shape,
                 const std::string& wanted);

/// Where a flat position of an array of this shape lies: position 5 of [2, 3] is "[1, 2]".
std::string multi_index(std::size_t position, const Shape& shape);

/// An array seen as [outer, size, inner] around one axis.
struct AxisView {
  std::size_t outer, size, inner;
};
/// How an array of this shape looks around one axis, 0 .. dimensions-1.
AxisView around(const Shape& shape, std::size_t axis);

inline namespace TAPEGRAD_PRECISION {

/// Sums a broadcast gradient back to the shape it was broadcast from.
Array sum_to(Array gradient, const Shape& shape);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
