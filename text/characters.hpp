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

constexpr std::uint64_t in_each_byte(std::uint64_t byte) {
  return 0x0101010101010101U * byte;
}

/// is_word of eight bytes at once: the highest bit of each byte tells it.
constexpr std::uint64_t are_word(std::uint64_t bytes) {
  constexpr std::uint64_t high_bits = in_each_byte(0x80);
  const std::uint64_t low_bits = bytes & ~high_bits;
  const auto in_range = [&](std::uint64_t low, char first, char last) {
    const auto at_least = low + in_each_byte(0x80 - static_cast<std::uint64_t>(first));
    const auto above = low + in_each_byte(0x7F - static_cast<std::uint64_t>(last));
    return at_least & ~above;
  };
  const std::uint64_t letter = in_range(low_bits | in_each_byte(0x20), 'a', 'z');
  return (letter | in_range(low_bits, '0', '9') | bytes) & high_bits;
}

/// Writes `text` to `out`: valid UTF-8, white space as spaces, lower-cased, quotes straight, tags
/// and entities resolved, as the page of Tokenizer says.
void clean_text(std::string_view text, const TokenizerRules& rules, std::string& out);

}  // namespace tapegrad::detail
