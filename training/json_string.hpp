// Text as JSON has it.
#pragma once

#include <string>
#include <string_view>

namespace tapegrad {

/// A JSON string, quotes and all; bytes that are no UTF-8 become U+FFFD.
std::string json_string(std::string_view text);

}  // namespace tapegrad
