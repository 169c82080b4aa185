#include <tapegrad/text/characters.hpp>

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace tapegrad::detail {
namespace {

/// A table with a value for each byte.
template <class T, class F>
constexpr std::array<T, 256> table(F value) {
  std::array<T, 256> t{};
  for (unsigned i = 0; i < 256; ++i) t[i] = value(i);
  return t;
}

constexpr bool is_lower(unsigned c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(unsigned c) {
  return c >= 'A' && c <= 'Z';
}

constexpr auto kinds = table<ByteKind>([](unsigned c) {
  if (c <= ' ' || c == 0x7F) return ByteKind::space;
  if (c >= '0' && c <= '9') return ByteKind::digit;
  return is_lower(c) || is_upper(c) || c >= 0x80 ? ByteKind::letter : ByteKind::other;
});

/// What a byte becomes, 0 for one that needs a closer look.
constexpr auto cleaned(bool lowercase) {
  return table<char>([lowercase](unsigned c) {
    if (c <= ' ' || c == 0x7F) return ' ';
    if (c >= 0x80 || c == '<' || c == '&' || c == '#' || c == '\\') return '\0';
    return static_cast<char>(lowercase && is_upper(c) ? c + 32 : c);
  });
}
constexpr auto cleaned_lower = cleaned(true);
constexpr auto cleaned_as_is = cleaned(false);

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
  while (at < text.size() && kinds[static_cast<unsigned char>(text[at])] == ByteKind::space) ++at;
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
    const auto& plain = rules_.lowercase ? cleaned_lower : cleaned_as_is;
    while (at_ < text_.size()) {
      const char c = plain[static_cast<unsigned char>(text_[at_])];
      if (c != '\0') {
        out_.push_back(c);
        ++at_;
      } else {
        special();
      }
    }
  }

 private:
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
    if (code == '\'' && prefix == 1 && out_.ends_with(' ') && at_t_alone()) out_.pop_back();
    append(code);
    return true;
  }

  /// Whether the t of n't stands here.
  bool at_t_alone() const {
    return at_ < text_.size() && lower(text_[at_]) == 't' &&
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

ByteKind byte_kind(char byte) {
  return kinds[static_cast<unsigned char>(byte)];
}

void clean_text(std::string_view text, const TokenizerRules& rules, std::string& out) {
  Cleaner(text, rules, out).run();
}

}  // namespace tapegrad::detail
