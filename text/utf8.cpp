#include <tapegrad/text/utf8.hpp>

#include <utf8proc.h>

#include <cstdint>
#include <cstring>

namespace tapegrad::detail {

namespace {

// Whether the next eight characters are of one byte each.
bool eight_ascii(std::string_view text) {
  constexpr std::uint64_t first_bits = 0x8080808080808080;
  std::uint64_t bytes = 0;
  if (text.size() < sizeof(bytes)) return false;
  std::memcpy(&bytes, text.data(), sizeof(bytes));
  return (bytes & first_bits) == 0;
}

}  // namespace

std::size_t first_not_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (eight_ascii(text.substr(at))) {
      at += 8;
      continue;
    }
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    utf8proc_int32_t character = 0;
    const auto length =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                         static_cast<utf8proc_ssize_t>(text.size() - at), &character);
    if (length < 1) return at;
    at += static_cast<std::size_t>(length);
  }
  return at;
}

}  // namespace tapegrad::detail
