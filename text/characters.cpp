#include <tapegrad/text/characters.hpp>

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace tapegrad::detail {
namespace {

constexpr bool is_lower(unsigned c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(unsigned c) {
  return c >= 'A' && c <= 'Z';
}

/// Whether more than its own byte decides what becomes of a character.
constexpr bool needs_look(char byte) {
  const auto c = static_cast<unsigned char>(byte);
  return c >= 0x80 || c == '<' || c == '&' || c == '#' || c == '\\';
}

/// The same for eight bytes at once: whether one of them does.
constexpr bool one_needs_look(std::uint64_t bytes) {
  constexpr std::uint64_t high_bits = in_each_byte(0x80);
  std::uint64_t found = bytes;
  for (const char c : {'<', '&', '#', '\\'}) {
    const std::uint64_t zero_if_equal = bytes ^ in_each_byte(static_cast<unsigned char>(c));
    found |= (zero_if_equal - in_each_byte(1)) & ~zero_if_equal;
  }
  return (found & high_bits) != 0;
}

/// What any other byte becomes; `shift` is added to upper-case letters.
constexpr char cleaned(char byte, unsigned char shift) {
  const auto c = static_cast<unsigned char>(byte);
  const bool upper = static_cast<unsigned char>(c - 'A') < 26;
  const auto letter = static_cast<unsigned char>(upper ? c + shift : c);
  const bool control = (c <= ' ') | (c == 0x7F);
  return static_cast<char>(control ? ' ' : letter);
}

/// U+0080 to U+009F as code page 1252 has them; 0 where it has nothing.
constexpr std::array<utf8proc_int32_t, 32> windows_1252 = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

constexpr std::array<std::string_view, 8> tags = {"br", "p", "hr", "b", "i", "em", "strong", "u"};

struct Entity {
  std::string_view name;
  char character;
};
constexpr std::array<Entity, 6> entities = {
    {{"amp;", '&'}, {"lt;", '<'}, {"gt;", '>'}, {"quot;", '"'}, {"apos;", '\''}, {"nbsp;", ' '}}};

char lower(char c) {
  return is_upper(static_cast<unsigned char>(c)) ? static_cast<char>(c + 32) : c;
}

bool starts_with(std::string_view text, std::string_view lower_case) {
  return text.size() >= lower_case.size() &&
         std::equal(lower_case.begin(), lower_case.end(), text.begin(),
                    [](char a, char b) { return a == lower(b); });
}

/// The length of the tag that `text`, which starts with '<', starts with; 0 if it is none.
std::size_t tag_length(std::string_view text) {
  std::size_t at = text.substr(1).starts_with('/') ? 2 : 1;
  std::size_t name_end = at;
  while (name_end < text.size() && name_end < at + 7 &&
         is_lower(static_cast<unsigned char>(lower(text[name_end])))) {
    ++name_end;
  }
  const std::string_view name = text.substr(at, name_end - at);
  if (std::none_of(tags.begin(), tags.end(), [&](std::string_view tag) {
        return tag.size() == name.size() && starts_with(name, tag);
      })) {
    return 0;
  }
  at = name_end;
  while (at < text.size() && byte_kind(text[at]) == ByteKind::space) ++at;
  if (at < text.size() && text[at] == '/') ++at;
  return at < text.size() && text[at] == '>' ? at + 1 : 0;
}

class Cleaner {
 public:
  Cleaner(std::string_view text, const TokenizerRules& rules, std::string& out)
      : text_(text), rules_(rules), out_(out) {}

  void run() {
    out_.clear();
    out_.reserve(text_.size() + 16);
    while (at_ < text_.size()) {
      const std::size_t end = plain_end();
      append_plain(text_.substr(at_, end - at_));
      at_ = end;
      if (at_ < text_.size()) special();
    }
  }

 private:
  /// Where the next byte that needs a closer look stands.
  std::size_t plain_end() const {
    std::size_t end = at_;
    for (std::uint64_t bytes = 0; end + sizeof(bytes) <= text_.size(); end += sizeof(bytes)) {
      std::memcpy(&bytes, text_.data() + end, sizeof(bytes));
      if (one_needs_look(bytes)) break;
    }
    while (end < text_.size() && !needs_look(text_[end])) ++end;
    return end;
  }

  void append_plain(std::string_view plain) {
    const std::size_t before = out_.size();
    out_.append(plain);
    char* out = out_.data() + before;
    const auto shift = static_cast<unsigned char>(rules_.lowercase ? 'a' - 'A' : 0);
    for (std::size_t i = 0; i < plain.size(); ++i) out[i] = cleaned(out[i], shift);
  }

  /// One character that is not copied as it is.
  void special() {
    const char c = text_[at_];
    if (static_cast<unsigned char>(c) >= 0x80) return beyond_ascii();
    if (!rules_.whitespace_only) {
      if (c == '<' && tag()) return;
      if ((c == '&' || c == '#') && entity()) return;
      if (c == '\\' && at_ + 1 < text_.size() && (text_[at_ + 1] == '/' || text_[at_ + 1] == '*')) {
        ++at_;
        return;
      }
    }
    out_.push_back(c);
    ++at_;
  }

  bool tag() {
    const std::size_t length = tag_length(text_.substr(at_));
    if (length == 0) return false;
    out_.push_back(' ');
    at_ += length;
    return true;
  }

  bool entity() {
    const std::string_view rest = text_.substr(at_ + 1);
    if (text_[at_] == '#') return number(rest, 1);
    if (rest.starts_with('#')) return number(rest.substr(1), 2);
    for (const auto& [name, character] : entities) {
      if (!starts_with(rest, name)) continue;
      out_.push_back(character);
      at_ += 1 + name.size();
      return true;
    }
    return false;
  }

  /// The digits and the semicolon of a numeric entity, whose first `prefix` characters are before.
  bool number(std::string_view digits, std::size_t prefix) {
    utf8proc_int32_t code = 0;
    const char* end = digits.data() + std::min<std::size_t>(digits.size(), 7);
    const auto [stop, error] = std::from_chars(digits.data(), end, code);
    if (error != std::errc() || stop == digits.data() + digits.size() || *stop != ';') return false;
    if (code < 32 || !utf8proc_codepoint_valid(code)) return false;
    at_ += prefix + static_cast<std::size_t>(stop - digits.data()) + 1;
    if (code == '\'' && prefix == 1 && in_split_not()) out_.pop_back();
    append(code);
    return true;
  }

  /// Whether the t of n't stands here, and the n before a space at the end of what is written.
  bool in_split_not() const {
    const std::size_t size = out_.size();
    return size >= 2 && out_[size - 1] == ' ' && lower(out_[size - 2]) == 'n' &&
           at_ < text_.size() && lower(text_[at_]) == 't' &&
           (at_ + 1 == text_.size() || !is_word(text_[at_ + 1]));
  }

  void beyond_ascii() {
    utf8proc_int32_t code = 0;
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text_.data() + at_);
    const auto length = utf8proc_iterate(
        bytes, static_cast<utf8proc_ssize_t>(std::min<std::size_t>(text_.size() - at_, 4)), &code);
    at_ += length > 0 ? static_cast<std::size_t>(length) : 1;
    append(length > 0 ? code : 0xFFFD);
  }

  void append(utf8proc_int32_t code) {
    if (code >= 0x80 && code < 0xA0) code = windows_1252[static_cast<std::size_t>(code - 0x80)];
    if (code == 0) return out_.push_back(' ');
    if (rules_.lowercase) code = utf8proc_tolower(code);
    if (code < 0x80) return out_.push_back(static_cast<char>(code));
    switch (code) {
      case 0x2018:
      case 0x2019:
      case 0x201A:
      case 0x201B:
      case 0x2032:
      case 0xB4:
        return out_.push_back('\'');
      case 0x201C:
      case 0x201D:
      case 0x201E:
      case 0x201F:
      case 0x2033:
        return out_.push_back('"');
      case 0x2026:
        out_ += "...";
        return;
      default:
        append_by_category(code);
    }
  }

  void append_by_category(utf8proc_int32_t code) {
    if (code >= 0xFE00 && code <= 0xFE0F) return;
    const auto category = utf8proc_category(code);
    switch (category) {
      case UTF8PROC_CATEGORY_CF:
        return;
      case UTF8PROC_CATEGORY_ZS:
      case UTF8PROC_CATEGORY_ZL:
      case UTF8PROC_CATEGORY_ZP:
      case UTF8PROC_CATEGORY_CC:
        return out_.push_back(' ');
      default:
        break;
    }
    const bool word = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
    const bool apart = !word && !rules_.whitespace_only;
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto length = utf8proc_encode_char(code, bytes.data());
    if (apart) out_.push_back(' ');
    out_.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(length));
    if (apart) out_.push_back(' ');
  }

  std::string_view text_;
  const TokenizerRules& rules_;
  std::string& out_;
  std::size_t at_ = 0;
};

}  // namespace

void clean_text(std::string_view text, const TokenizerRules& rules, std::string& out) {
  Cleaner(text, rules, out).run();
}

}  // namespace tapegrad::detail
