#include <tapegrad/text/number_words.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

namespace tapegrad {
namespace {

constexpr std::array<std::string_view, 20> small{
    "zero",     "one",     "two",     "three",     "four",     "five",    "six",
    "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",  "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr std::array<std::string_view, 10> tens{"",      "",      "twenty",  "thirty", "forty",
                                                "fifty", "sixty", "seventy", "eighty", "ninety"};

void append(std::string& text, std::string_view word) {
  if (!text.empty()) text += ' ';
  text += word;
}

// 1 .. 999; nothing for 0.
void append_below_thousand(std::string& text, std::size_t number) {
  if (number >= 100) {
    append(text, small.at(number / 100));
    append(text, "hundred");
    number %= 100;
  }
  if (number >= 20) {
    append(text, tens.at(number / 10));
    number %= 10;
  }
  if (number > 0) append(text, small.at(number));
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t end = text.find(' ');
    words.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return words;
    text.remove_prefix(end + 1);
  }
}

// Reads words from the left, each kind at most once.
class WordsReader {
 public:
  explicit WordsReader(std::string_view text) : words_(split(text)) {}

  Index number() {
    if (words_.size() == 1 && words_[0] == small[0]) return 0;
    Index result = below_thousand();
    if (result > 0 && take("thousand")) result = 1000 * result + below_thousand();
    if (at_ < words_.size()) {
      throw std::invalid_argument(fmt::format(
          "number_of_words: word {}, \"{}\", does not go on with a number below {} in words",
          at_ + 1, words_[at_], number_words_end));
    }
    return result;
  }

 private:
  bool take(std::string_view word) {
    if (at_ == words_.size() || words_[at_] != word) return false;
    ++at_;
    return true;
  }

  // The place in `names` of the next word, from `first` to before `end`; 0 if it is none of them.
  template <std::size_t N>
  Index take_one_of(const std::array<std::string_view, N>& names, std::size_t first,
                    std::size_t end) {
    for (std::size_t i = first; i < end; ++i) {
      if (take(names.at(i))) return static_cast<Index>(i);
    }
    return 0;
  }

  // 0 if no such number begins here.
  Index below_thousand() {
    Index result = 0;
    Index rest = take_one_of(small, 1, small.size());
    if (rest > 0 && rest < 10 && take("hundred")) {
      result = 100 * rest;
      rest = take_one_of(small, 1, small.size());
    }
    if (rest > 0) return result + rest;
    result += 10 * take_one_of(tens, 2, tens.size());
    return result % 100 > 0 ? result + take_one_of(small, 1, 10) : result;
  }

  std::vector<std::string_view> words_;
  std::size_t at_ = 0;
};

}  // namespace

std::string number_words(Index number) {
  if (number < 0 || number >= number_words_end) {
    throw std::invalid_argument(
        fmt::format("number_words: number is {}, must be in [0, {})", number, number_words_end));
  }
  const auto n = static_cast<std::size_t>(number);
  if (n == 0) return std::string(small[0]);
  std::string text;
  if (n >= 1000) {
    append_below_thousand(text, n / 1000);
    append(text, "thousand");
  }
  append_below_thousand(text, n % 1000);
  return text;
}

Index number_of_words(std::string_view words) {
  return WordsReader(words).number();
}

}  // namespace tapegrad
