#include <tapegrad/text/npy_strings.hpp>

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/shapes.hpp>

#include <tapegrad/text/npy_header.hpp>

namespace tapegrad::detail {
namespace {

constexpr std::size_t max_length = 1U << 16U;  // of a string, in characters

/// A type of strings: how many characters each has room for, and of how many bytes.
struct StringType {
  std::size_t length = 0;
  std::size_t unit = 1;  // 4: UTF-32
};

StringType string_type(const std::string& path, const std::string& type) {
  StringType result;
  std::string_view length = type;
  if (length.starts_with("<U")) result.unit = 4;
  if (length.starts_with("<U") || length.starts_with("|S")) {
    length.remove_prefix(2);
    const char* const last = length.data() + length.size();
    const auto [end, error] = std::from_chars(length.data(), last, result.length);
    if (error == std::errc() && end == last && result.length <= max_length) return result;
  }
  throw FormatError(
      path, 0,
      fmt::format("expected strings of type <U or S of at most {} characters, found "
                  "{}{}",
                  max_length, type,
                  type == "|O" ? " (objects of Python; np.array(words, str) has none)" : ""));
}

/// What is in `item`, without the zeros that fill it up. A character that there is not becomes a
/// byte that is not UTF-8.
std::string string_of(std::string_view item, std::size_t unit) {
  std::string text;
  if (unit == 1) {
    text = item.substr(0, item.find_last_not_of('\0') + 1);
    return text;
  }
  while (item.ends_with(std::string_view("\0\0\0\0", 4))) item.remove_suffix(4);
  for (; !item.empty(); item.remove_prefix(4)) {
    std::uint32_t code = 0;
    std::memcpy(&code, item.data(), sizeof code);
    utf8proc_uint8_t bytes[4] = {0xFF};
    utf8proc_ssize_t size = 1;
    const auto character = static_cast<utf8proc_int32_t>(code);
    if (utf8proc_codepoint_valid(character)) size = utf8proc_encode_char(character, bytes);
    text.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  }
  return text;
}

}  // namespace

std::vector<std::string> read_npy_strings(const InputPlace& place) {
  ByteReader bytes(place);
  const std::string& path = bytes.path();
  const NpyHeader header = read_npy_header(path, bytes.head(max_npy_header));
  const StringType type = string_type(path, header.type);
  if (header.shape.size() != 1) {
    throw FormatError(path, 0,
                      fmt::format("expected an array [N] of words, found {}",
                                  to_string(Shape(header.shape.begin(), header.shape.end()))));
  }
  std::string item(header.size, '\0');
  bytes.read(item.data(), item.size());
  item.resize(type.length * type.unit);
  std::vector<std::string> strings;
  while (strings.size() < header.shape[0]) {
    const std::size_t got = bytes.read(item.data(), item.size());
    if (got < item.size() || item.empty()) {
      throw FormatError(path, 0,
                        fmt::format("entry {}: expected {} bytes of type {}, found {}",
                                    strings.size() + 1, item.size(), header.type, got));
    }
    strings.push_back(string_of(item, type.unit));
  }
  if (bytes.read(item.data(), std::min<std::size_t>(item.size(), 1)) > 0) {
    throw FormatError(path, 0,
                      fmt::format("expected the end of the file after {} words, found more bytes",
                                  strings.size()));
  }
  return strings;
}

}  // namespace tapegrad::detail
