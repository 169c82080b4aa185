// The types of single numbers, without the arrays made of them.
//
// The library's sources are compiled twice: with Real = float (what is shipped) and, under
// TAPEGRAD_DOUBLE, with Real = double (for tests and gradient checks). What depends on Real lives
// in the inline namespace f32 or f64, so that mixing the two is a link error.
#pragma once

#include <cstdint>

#ifdef TAPEGRAD_DOUBLE
#define TAPEGRAD_PRECISION f64
#else
#define TAPEGRAD_PRECISION f32
#endif

namespace tapegrad {

/// Ids, labels, offsets, row numbers: whatever points into something.
using Index = std::int64_t;

inline namespace TAPEGRAD_PRECISION {

#ifdef TAPEGRAD_DOUBLE
using Real = double;
#else
using Real = float;
#endif

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
