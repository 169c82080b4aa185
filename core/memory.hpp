// How much memory there is, asked before a table is made that does not fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <tapegrad/core/array.hpp>

namespace tapegrad {

/// The bytes this process can still take: the least of what the system says is available, what the
/// control group leaves (containers) and what the limit on address space leaves (ulimit -v). The
/// largest number where nothing of this is known.
std::uint64_t available_memory();

inline namespace TAPEGRAD_PRECISION {

/// Throws std::runtime_error when `copies` tables of rows x width values need more than `available`
/// bytes, before they are allocated:
///   Embedding: a table of 4000000000 x 300 values needs 4,800.0 GB (V · D · 4 bytes), 22.9 GB are
///   available
/// Training asks with 3 copies: Adam keeps two moments of each value.
void check_memory(const char* who, std::size_t rows, std::size_t width, std::size_t copies = 1,
                  std::uint64_t available = available_memory());

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
