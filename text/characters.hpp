// The first half of the tokenizer: characters, before words.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tapegrad/text/tokenizer.hpp>

namespace tapegrad::detail {

/// What a byte of cleaned text is.
enum class ByteKind : std::uint8_t { space, letter, digit, other };

constexpr std::array<ByteKind, 256> byte_kinds = [] {
  std::array<ByteKind, 256> kinds{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool ascii_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    kinds[c] = c <= ' ' || c == 0x7F       ? ByteKind::space
               : c >= '0' && c <= '9'      ? ByteKind::digit
               : ascii_letter || c >= 0x80 ? ByteKind::letter
                                           : ByteKind::other;
  }
  return kinds;
}();

/// The kind of a byte. All bytes of characters beyond ASCII are letters: clean_text sets symbols
/// among them apart with spaces.
inline ByteKind byte_kind(char byte) {
  return byte_kinds[static_cast<unsigned char>(byte)];
}
inline bool is_word(char byte) {
  const ByteKind kind = byte_kind(byte);
  return kind == ByteKind::letter || kind == ByteKind::digit;
}

/// Writes `text` to `out`: valid UTF-8, white space as spaces, lower-cased, quotes straight, tags
/// and entities resolved, as the page of Tokenizer says.
void clean_text(std::string_view text, const TokenizerRules& rules, std::string& out);

}  // namespace tapegrad::detail
