#include <tapegrad/text/tokenizer.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <tapegrad/text/characters.hpp>

namespace tapegrad {
namespace {

using detail::are_word;
using detail::byte_kind;
using detail::ByteKind;
using detail::in_each_byte;
using detail::is_word;
using std::string_view;

/// Words that keep a period behind them: GloVe 6B has vectors with it for nearly all of them.
constexpr std::array<string_view, 19> abbreviations = {
    "mr",   "mrs", "ms",  "dr",  "st",  "jr",   "sr",  "vs",  "sen", "inc",
    "corp", "co",  "jan", "feb", "aug", "sept", "oct", "nov", "dec"};
constexpr std::array<string_view, 6> clitics = {"s", "m", "d", "ll", "re", "ve"};
constexpr std::array<string_view, 3> host_ends = {"com", "org", "net"};

struct Bracket {
  string_view escape, token;
};

/// A token that does not stand in the text, with readable bytes behind it.
template <std::size_t N>
constexpr string_view padded(const char (&token)[N]) {
  static_assert(N > TokenBuffer::padding);
  return string_view(token).substr(0, string_view(token).find(' '));
}
constexpr string_view ellipsis = padded("...                ");
constexpr string_view dashes = padded("--                ");
constexpr std::array<Bracket, 6> brackets = {{{"-lrb-", padded("(                ")},
                                              {"-rrb-", padded(")                ")},
                                              {"-lsb-", padded("[                ")},
                                              {"-rsb-", padded("]                ")},
                                              {"-lcb-", padded("{                ")},
                                              {"-rcb-", padded("}                ")}}};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool same(string_view text, string_view lower_case) {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return lower(a) == b; });
}

template <class List>
bool one_of(string_view text, const List& list) {
  return std::any_of(list.begin(), list.end(), [&](string_view item) { return same(text, item); });
}

/// Splits clean text. Every decision looks at characters that stand together without a space, and
/// comes out the same when the token stands alone; the one exception is `no.` before a number.
class Splitter {
 public:
  Splitter(string_view text, std::vector<string_view>& tokens) : text_(text), tokens_(tokens) {}

  void run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ') {
        ++at_;
      } else if (is_word(c)) {
        word();
      } else {
        punctuation(c);
      }
    }
  }

 private:
  char peek(std::size_t at) const { return at < text_.size() ? text_[at] : ' '; }
  bool is_letter(std::size_t at) const {
    const char c = lower(peek(at));
    return c >= 'a' && c <= 'z';
  }
  bool is_digit(std::size_t at) const { return byte_kind(peek(at)) == ByteKind::digit; }
  bool word_at(std::size_t at) const { return is_word(peek(at)); }

  /// Where the letters and digits from `at` on end.
  std::size_t run_end(std::size_t at) const {
    if constexpr (std::endian::native == std::endian::little) {
      for (std::uint64_t bytes = 0; at + sizeof(bytes) <= text_.size(); at += sizeof(bytes)) {
        std::memcpy(&bytes, text_.data() + at, sizeof(bytes));
        const std::uint64_t others = ~are_word(bytes) & in_each_byte(0x80);
        if (others != 0) return at + static_cast<std::size_t>(std::countr_zero(others)) / 8;
      }
    }
    while (word_at(at)) ++at;
    return at;
  }

  void take(std::size_t length) { take(length, text_.substr(at_, length)); }
  void take(std::size_t length, string_view token) {
    tokens_.push_back(token);
    at_ += length;
  }

  std::size_t run_of(char c) const {
    std::size_t end = at_;
    while (peek(end) == c) ++end;
    return end - at_;
  }

  void punctuation(char c) {
    if (c == '.' || c == '-') {
      if (c == '-' && bracket()) return;
      const std::size_t length = run_of(c);
      return length == 1 ? take(1) : take(length, c == '.' ? ellipsis : dashes);
    }
    if ((c == '\'' || c == '`') && peek(at_ + 1) == c) return take(2);
    if (c == '\'' && clitic()) return;
    take(1);
  }

  bool bracket() {
    for (const auto& [escape, token] : brackets) {
      if (!same(text_.substr(at_, escape.size()), escape)) continue;
      take(escape.size(), token);
      return true;
    }
    return false;
  }

  /// 's and the like behind something that is no word, or alone.
  bool clitic() {
    std::size_t end = at_ + 1;
    while (end < at_ + 4 && word_at(end)) ++end;
    if (!one_of(text_.substr(at_ + 1, end - at_ - 1), clitics)) return false;
    if ((peek(end) == '-' || peek(end) == '\'') && word_at(end + 1)) return false;
    take(end - at_);
    return true;
  }

  static bool may_join(char c) {
    return c == '-' || c == '\'' || c == ',' || c == ':' || c == '/' || c == '&';
  }

  /// Whether the character at `at` joins the part of a word that began at `part` to the next one.
  bool joins(std::size_t start, std::size_t part, std::size_t at) const {
    if (!word_at(at + 1)) return false;
    const bool digits = is_digit(at - 1) && is_digit(at + 1);
    switch (text_[at]) {
      case '-':
      case '\'':
        return true;
      case ',':
      case ':':
      case '/':
        return digits;
      case '.':
        return digits || joins_initials(start, part, at) || joins_host(start, at);
      case '&':
        return part == start && joins_ampersand(start, at);
      default:
        return false;
    }
  }

  bool joins_initials(std::size_t start, std::size_t part, std::size_t at) const {
    return part == at - 1 && is_letter(part) && is_letter(at + 1) && !word_at(at + 2) &&
           (part == start || text_[part - 1] == '.');
  }

  bool joins_host(std::size_t start, std::size_t at) const {
    if (same(text_.substr(start, 4), "www.")) return true;
    return one_of(text_.substr(at + 1, 3), host_ends) && !word_at(at + 4);
  }

  bool joins_ampersand(std::size_t start, std::size_t at) const {
    const std::size_t end = word_at(at + 2) ? at + 3 : at + 2;
    return at - start <= 2 && is_letter(start) && is_letter(at - 1) && is_letter(at + 1) &&
           is_letter(end - 1) && !word_at(end);
  }

  std::size_t word_end() const {
    std::size_t part = at_;
    std::size_t end = at_;
    while (true) {
      end = run_end(end);
      if (end >= text_.size() || !joins(at_, part, end)) return end;
      part = ++end;
    }
  }

  /// Takes the word that stands here if nothing in or behind it can join or be split off, which is
  /// so for nearly all.
  bool plain_word() {
    const std::size_t end = run_end(at_);
    const char next = peek(end);
    if (next == '.' || (may_join(next) && word_at(end + 1))) return false;
    take(end - at_);
    return true;
  }

  void word() {
    if (plain_word()) return;
    const std::size_t start = at_;
    const std::size_t end = word_end();
    const std::size_t first = tokens_.size();
    std::size_t stem_end = end;
    while (peel(start, stem_end)) {
    }
    std::reverse(tokens_.begin() + static_cast<std::ptrdiff_t>(first), tokens_.end());
    if (stem_end > start) {
      const bool period = stem_end == end && keeps_period(start, end);
      tokens_.insert(tokens_.begin() + static_cast<std::ptrdiff_t>(first),
                     text_.substr(start, stem_end - start + (period ? 1 : 0)));
      at_ = period ? end + 1 : end;
    } else {
      at_ = end;
    }
  }

  /// Moves a clitic at the end of the stem [start, end) to the tokens.
  bool peel(std::size_t start, std::size_t& end) {
    const string_view stem = text_.substr(start, end - start);
    const std::size_t quote =
        stem.substr(stem.size() - std::min<std::size_t>(stem.size(), 3)).rfind('\'');
    if (quote == string_view::npos) return false;
    const std::size_t at = stem.size() - std::min<std::size_t>(stem.size(), 3) + quote;
    const string_view tail = stem.substr(at + 1);
    std::size_t cut = stem.size();
    if (at > 0 && same(tail, "t") && lower(stem[at - 1]) == 'n') {
      cut = at - 1;
    } else if (at > 0 && one_of(tail, clitics)) {
      cut = at;
    } else {
      return false;
    }
    tokens_.push_back(stem.substr(cut));
    end = start + cut;
    if (cut > 0 && !is_word(stem[cut - 1])) {
      tokens_.push_back(stem.substr(cut - 1, 1));
      --end;
    }
    return end > start;
  }

  bool keeps_period(std::size_t start, std::size_t end) const {
    if (peek(end) != '.' || peek(end + 1) == '.') return false;
    const string_view word = text_.substr(start, end - start);
    if (same(word, "no")) return before_number(end + 1);
    if (one_of(word, abbreviations)) return true;
    if (word.size() % 2 == 0 || same(word, "i")) return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
      if (i % 2 == 0 ? !is_letter(start + i) : word[i] != '.') return false;
    }
    return true;
  }

  bool before_number(std::size_t at) const {
    while (at < text_.size() && text_[at] == ' ') ++at;
    return is_digit(at);
  }

  string_view text_;
  std::vector<string_view>& tokens_;
  std::size_t at_ = 0;
};

void split_at_spaces(string_view text, std::vector<string_view>& tokens) {
  std::size_t at = 0;
  while ((at = text.find_first_not_of(' ', at)) != string_view::npos) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    tokens.push_back(text.substr(at, end - at));
    at = end;
  }
}

}  // namespace

const std::vector<string_view>& Tokenizer::operator()(string_view text, TokenBuffer& buffer) const {
  buffer.tokens.clear();
  detail::clean_text(text, rules_, buffer.text);
  buffer.text.append(TokenBuffer::padding, ' ');
  const string_view clean(buffer.text.data(), buffer.text.size() - TokenBuffer::padding);
  if (rules_.whitespace_only) {
    split_at_spaces(clean, buffer.tokens);
  } else {
    Splitter(clean, buffer.tokens).run();
  }
  return buffer.tokens;
}

std::vector<std::string> Tokenizer::operator()(string_view text) const {
  TokenBuffer buffer;
  const auto& tokens = (*this)(text, buffer);
  return {tokens.begin(), tokens.end()};
}

}  // namespace tapegrad
