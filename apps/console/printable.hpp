// Texts of strangers on a terminal.
#pragma once

#include <string>
#include <string_view>

namespace tapegrad::console {

/// The text as it can be shown in one line, whatever it was taken from: line ends, escapes and
/// other control characters (tabs apart), and bytes that are no UTF-8, become \xNN. Of a text of
/// more than 2,000 bytes the middle is left out, and its size told.
std::string printable(std::string_view text);

}  // namespace tapegrad::console
