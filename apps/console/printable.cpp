#include "printable.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <tapegrad/core/format.hpp>
#include <tapegrad/text/utf8.hpp>

namespace tapegrad::console {
namespace {

constexpr std::size_t most = 2000;  // bytes

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// The bytes of the control character that begins there: 0 if none does, 2 of U+0080 to U+009F.
std::size_t control_size(std::string_view text, std::size_t at) {
  const unsigned byte = byte_at(text, at);
  if (byte < 0x20) return byte == '\t' ? 0 : 1;
  if (byte == 0x7F) return 1;
  return byte == 0xC2 && at + 1 < text.size() && byte_at(text, at + 1) < 0xA0 ? 2 : 0;
}

std::string escaped(std::string_view text) {
  std::string result;
  std::size_t wrong = detail::first_not_utf8(text);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = at == wrong ? 1 : control_size(text, at);
    if (size == 0) result += text[at++];
    for (std::size_t i = 0; i < size; ++i) result += fmt::format("\\x{:02X}", byte_at(text, at++));
    if (at > wrong) wrong = at + detail::first_not_utf8(text.substr(at));
  }
  return result;
}

bool begins_character(std::string_view text, std::size_t at) {
  return (byte_at(text, at) & 0xC0U) != 0x80U;
}

}  // namespace

std::string printable(std::string_view text) {
  if (text.size() <= most) return escaped(text);
  constexpr std::size_t longest = 4;  // bytes of a character
  std::size_t left = most / 2;
  std::size_t right = text.size() - most / 2;
  for (std::size_t i = 1; i < longest && !begins_character(text, left); ++i) --left;
  for (std::size_t i = 1; i < longest && !begins_character(text, right); ++i) ++right;
  return fmt::format("{} [... {} bytes ...] {}", escaped(text.substr(0, left)),
                     grouped(right - left), escaped(text.substr(right)));
}

}  // namespace tapegrad::console
