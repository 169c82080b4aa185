// How Embedding and EmbeddingBag make their tables.
#pragma once

#include <cstddef>
#include <optional>
#include <tapegrad/core/parameter.hpp>
#include <tapegrad/core/rng.hpp>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {
namespace table {

/// The padding row, 0 .. V-1, of a table [V, D]; IndexError when out of range.
std::optional<Index> padding(const char* layer, const Shape& shape, std::optional<Index> idx);

/// [V, D] drawn from N(0, 1), the padding row zero and frozen.
Parameter random(const char* layer, std::size_t rows, std::size_t width, Rng& rng,
                 std::optional<Index> padding_idx);

/// These values; a padding row that is not zero is set to zero, with a warning, and frozen.
Parameter pretrained(const char* layer, Array weights, bool freeze,
                     std::optional<Index> padding_idx);

/// The same table, the padding row frozen.
Parameter shared(const char* layer, Parameter table, std::optional<Index> padding_idx);

}  // namespace table
}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
