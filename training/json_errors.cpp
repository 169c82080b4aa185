#include <tapegrad/training/json_errors.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace tapegrad {

std::string invalid_json(const nlohmann::detail::exception& error) {
  // "[json.exception.parse_error.101] parse error at line 3, column 2: syntax error while parsing
  // object key - unexpected ']'; expected string literal"
  std::string_view said = error.what();
  for (const std::string_view before : {"] ", ": ", " - "}) {
    const std::size_t found = said.find(before);
    if (found != std::string_view::npos) said.remove_prefix(found + before.size());
  }
  return fmt::format("is no valid JSON: {:.200}", said);
}

std::size_t line_of(std::string_view text, std::size_t position) {
  const std::string_view before = text.substr(0, position > 0 ? position - 1 : 0);
  return 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
}

}  // namespace tapegrad
