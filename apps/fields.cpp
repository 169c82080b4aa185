#include "fields.hpp"

namespace tapegrad {

std::string field(const std::string& name) {
  if (name.find_first_of("\t\n\r\\") == std::string::npos) return name;
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
