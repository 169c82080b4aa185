// What the first lines of word-vector files tell.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tapegrad::detail {

/// The first line COUNT DIM of some forms.
struct VectorHeader {
  std::size_t count = 0;  ///< the largest one for numbers that are larger still, and so `width`
  std::size_t width = 0;
};
/// Nothing if `line`, without its end, is none.
std::optional<VectorHeader> vector_header(std::string_view line);

/// DIM is at most this, so that a few hostile bytes cannot ask for memory without end.
constexpr std::size_t max_vector_width = std::size_t{1} << 20U;
/// FormatError, at this line, for a DIM that is 0 or too large.
void check_width(const std::string& path, std::size_t line, std::size_t width);

/// The fields at the end of a line that are numbers, without the first field, which is a word.
std::size_t numbers_at_end(std::string_view line);

}  // namespace tapegrad::detail
