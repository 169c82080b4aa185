#include <tapegrad/text/word_tests.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/text/input.hpp>
#include <tapegrad/text/numbers.hpp>

namespace tapegrad {
namespace {

struct Line {
  std::size_t number = 0;
  std::string text;
  std::vector<std::string> fields;
};

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// The fields of a line: between tabs, or commas, or else runs of spaces.
std::vector<std::string> fields_of(std::string_view line) {
  const char separator = line.find('\t') != std::string_view::npos  ? '\t'
                         : line.find(',') != std::string_view::npos ? ','
                                                                    : ' ';
  std::vector<std::string> fields;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find(separator, begin), line.size());
    const std::string_view field = trimmed(line.substr(begin, end - begin));
    if (separator != ' ' || !field.empty()) fields.emplace_back(field);
    begin = end + 1;
  }
  return fields;
}

bool is_finite_number(const std::string& field) {
  Real ignored = 0;
  return detail::parse_number(field, ignored);
}

// Where the rating of a line of pairs stands: the first finite number behind two words, of which
// the second is none ("one 1 two 2" is an analogy).
std::optional<std::size_t> rating_place(const Line& line) {
  if (line.fields.size() < 3 || is_finite_number(line.fields[1])) return std::nullopt;
  const auto rating = std::find_if(line.fields.begin() + 2, line.fields.end(), is_finite_number);
  if (rating == line.fields.end()) return std::nullopt;
  return static_cast<std::size_t>(rating - line.fields.begin());
}

// The names of columns: none is written as a number, not even as one that is too large or infinite.
bool is_header(const Line& line) {
  return std::none_of(line.fields.begin(), line.fields.end(), detail::is_number);
}

// The lines of a file that say something.
std::vector<Line> lines_of(const std::string& path) {
  LineReader reader(path);
  std::vector<Line> lines;
  std::string_view text;
  while (reader.next(text)) {
    if (reader.number() == 1 && text.starts_with(byte_order_mark)) {
      text.remove_prefix(byte_order_mark.size());
    }
    text = trimmed(text);
    if (text.empty() || text[0] == '#') continue;
    lines.push_back({reader.number(), std::string(text), fields_of(text)});
  }
  return lines;
}

[[noreturn]] void refuse(const std::string& path, const Line& line, const char* wanted) {
  throw FormatError(path, line.number,
                    fmt::format("expected {}, found \"{:.60}\"", wanted, line.text));
}

bool is_question(const Line& line) {
  if (line.fields.size() != 4) return false;
  return std::none_of(line.fields.begin(), line.fields.end(),
                      [](const std::string& field) { return field.empty(); });
}

// Three numbers behind a word: word vectors, given by mistake.
bool is_vector(const Line& line) {
  return std::all_of(line.fields.begin() + 1, line.fields.end(), is_finite_number);
}

WordTest read_analogies(const std::string& path, const std::vector<Line>& lines) {
  WordTest test;
  for (const Line& line : lines) {
    if (line.text[0] == ':') {
      test.sections.push_back({std::string(trimmed(line.text.substr(1))), {}});
      continue;
    }
    if (!is_question(line)) refuse(path, line, "four words, or \": SECTION\"");
    if (test.sections.empty()) test.sections.emplace_back();
    test.sections.back().questions.push_back(
        {line.fields[0], line.fields[1], line.fields[2], line.fields[3]});
  }
  return test;
}

WordTest read_ratings(const std::string& path, const std::vector<Line>& lines, std::size_t place) {
  WordTest test;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    if (i == 0 && is_header(line)) continue;
    Real rating = 0;
    const bool fits = line.fields.size() > place && !line.fields[0].empty() &&
                      !line.fields[1].empty() && !is_finite_number(line.fields[1]) &&
                      detail::parse_number(line.fields[place], rating);
    if (!fits) refuse(path, line, "two words and a rating");
    test.pairs.push_back({line.fields[0], line.fields[1], static_cast<double>(rating)});
  }
  return test;
}

}  // namespace

WordTest read_word_test(const std::string& path) {
  const std::vector<Line> lines = lines_of(path);
  if (lines.empty()) {
    throw FormatError(path, 0, "expected pairs of words or analogies, found an empty file");
  }
  if (lines[0].text[0] == ':') return read_analogies(path, lines);
  auto place = rating_place(lines[0]);
  if (!place && lines.size() > 1) place = rating_place(lines[1]);
  if (place) return read_ratings(path, lines, *place);
  if (is_question(lines[0]) && !is_vector(lines[0])) return read_analogies(path, lines);
  refuse(path, lines[0], "two words and a rating, four words, or \": SECTION\"");
}

}  // namespace tapegrad
