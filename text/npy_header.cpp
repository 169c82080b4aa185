#include <tapegrad/text/npy_header.hpp>

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <tapegrad/core/errors.hpp>

namespace tapegrad::detail {
namespace {

/// The dictionary of a header, a Python literal:
/// {'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }
class Dictionary {
 public:
  Dictionary(const std::string& path, std::string_view text) : path_(path), text_(text) {}

  NpyHeader read() {
    std::optional<std::string> type;
    std::optional<bool> fortran_order;
    std::optional<std::vector<std::size_t>> shape;
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr" && !type) {
        type = quoted();
      } else if (key == "fortran_order" && !fortran_order) {
        fortran_order = boolean();
      } else if (key == "shape" && !shape) {
        shape = sizes();
      } else {
        fail(fmt::format("descr, fortran_order and shape, once each, found the key \"{}\"", key));
      }
      if (!accept(',') && !next_is('}')) fail("\",\" or \"}\"");
    }
    if (!skip_spaces().empty()) fail("nothing behind it");
    if (!type || !fortran_order || !shape) fail("descr, fortran_order and shape in it");
    return {*type, *fortran_order, *shape};
  }

 private:
  [[noreturn]] void fail(const std::string& expected) {
    while (text_.ends_with('\n')) text_.remove_suffix(1);
    throw FormatError(
        path_, 0,
        fmt::format("malformed .npy header: expected {} before \"{:.40}\"", expected, text_));
  }

  std::string_view skip_spaces() {
    while (text_.starts_with(' ') || text_.starts_with('\n')) text_.remove_prefix(1);
    return text_;
  }

  bool next_is(char c) { return skip_spaces().starts_with(c); }

  bool accept(char c) {
    if (!next_is(c)) return false;
    text_.remove_prefix(1);
    return true;
  }

  void expect(char c) {
    if (!accept(c)) fail(fmt::format("\"{}\"", c));
  }

  std::string quoted() {
    if (!next_is('\'') && !next_is('"')) fail("a string in quotes");
    const std::size_t end = text_.find(text_[0], 1);
    if (end == std::string_view::npos) fail("a closing quote");
    std::string value(text_.substr(1, end - 1));
    text_.remove_prefix(end + 1);
    return value;
  }

  bool boolean() {
    skip_spaces();
    for (const std::string_view word : {"True", "False"}) {
      if (!text_.starts_with(word)) continue;
      text_.remove_prefix(word.size());
      return word == "True";
    }
    fail("True or False");
  }

  std::vector<std::size_t> sizes() {
    std::vector<std::size_t> all;
    expect('(');
    while (!accept(')')) {
      skip_spaces();
      std::size_t size = 0;
      const char* const first = text_.data();
      const auto [end, error] = std::from_chars(first, first + text_.size(), size);
      if (error != std::errc()) fail("a size below 2^64");
      text_.remove_prefix(static_cast<std::size_t>(end - first));
      all.push_back(size);
      if (!accept(',') && !next_is(')')) fail("\",\" or \")\"");
    }
    return all;
  }

  const std::string& path_;
  std::string_view text_;
};

}  // namespace

NpyHeader read_npy_header(const std::string& path, std::string_view bytes) {
  const auto fail = [&](const std::string& message) -> void {
    throw FormatError(path, 0, message);
  };
  constexpr std::string_view magic("\x93NUMPY", 6);
  if (!bytes.starts_with(magic)) fail("expected a .npy file, which begins with \\x93NUMPY");
  const auto byte = [&](std::size_t i) -> std::size_t {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0;
  };
  const std::size_t version = byte(6);
  if (version < 1 || version > 3 || byte(7) != 0) {
    fail(
        fmt::format("expected .npy format version 1.0, 2.0 or 3.0, found {}.{}", version, byte(7)));
  }
  const std::size_t begin = version == 1 ? 10 : 12;
  std::size_t length = byte(8) | byte(9) << 8U;
  if (version > 1) length |= byte(10) << 16U | byte(11) << 24U;
  if (begin + length > max_npy_header) {
    fail(fmt::format("expected a .npy header of at most {} bytes, found {}", max_npy_header,
                     begin + length));
  }
  if (begin + length > bytes.size()) {
    fail(fmt::format("expected a .npy header of {} bytes, found the end of the file after {}",
                     begin + length, bytes.size()));
  }
  NpyHeader header = Dictionary(path, bytes.substr(begin, length)).read();
  header.size = begin + length;
  return header;
}

}  // namespace tapegrad::detail
