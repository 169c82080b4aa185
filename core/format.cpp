#include <tapegrad/core/format.hpp>

#include <algorithm>

namespace tapegrad {

std::string group_digits(std::string number) {
  const std::size_t first = !number.empty() && number[0] == '-' ? 1 : 0;
  for (std::size_t at = std::min(number.find('.'), number.size()); at > first + 3;) {
    number.insert(at -= 3, 1, ',');
  }
  return number;
}

std::string tsv_field(std::string_view name) {
  std::string escaped;
  for (const char c : name) {
    switch (c) {
      case '\t':
        escaped += "\\t";
        break;
      case '\n':
        escaped += "\\n";
        break;
      case '\r':
        escaped += "\\r";
        break;
      case '\\':
        escaped += "\\\\";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace tapegrad
