#include <tapegrad/text/vectors_header.hpp>

#include <fmt/format.h>

#include <charconv>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/format.hpp>
#include <tapegrad/text/numbers.hpp>

namespace tapegrad::detail {
namespace {

// A whole number; the largest there is for one that is larger still.
std::optional<std::size_t> whole_number(std::string_view field) {
  std::size_t value = 0;
  const char* const last = field.data() + field.size();
  const auto [end, error] = std::from_chars(field.data(), last, value);
  if (end != last || error == std::errc::invalid_argument) return std::nullopt;
  return error == std::errc() ? value : static_cast<std::size_t>(-1);
}

}  // namespace

std::optional<VectorHeader> vector_header(std::string_view line) {
  while (line.ends_with(' ') || line.ends_with('\r')) line.remove_suffix(1);
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto count = whole_number(line.substr(0, space));
  const auto width = whole_number(line.substr(space + 1));
  if (!count || !width) return std::nullopt;
  return VectorHeader{*count, *width};
}

void check_width(const std::string& path, std::size_t line, std::size_t width) {
  if (width > 0 && width <= max_vector_width) return;
  throw FormatError(path, line,
                    fmt::format("expected vectors of 1 to {} numbers, found {} announced",
                                grouped(max_vector_width), width));
}

std::size_t numbers_at_end(std::string_view line) {
  std::size_t numbers = 0;
  for (auto space = line.rfind(' '); space != std::string_view::npos; space = line.rfind(' ')) {
    if (!is_number(line.substr(space + 1))) break;
    ++numbers;
    line = line.substr(0, space);
  }
  return numbers;
}

}  // namespace tapegrad::detail
