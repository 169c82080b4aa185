#include <tapegrad/text/pairs.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/text/input.hpp>

namespace tapegrad {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view white_space = " \t\n\v\f\r";

bool is_mark(std::string_view unit) {
  return unit == begin_mark || unit == end_mark;
}

// Whether a byte goes on with the character begun before it.
bool continues(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

void check_side(const LineReader& lines, const char* side, std::string_view text) {
  if (text.find_first_not_of(white_space) == std::string_view::npos) {
    throw FormatError(lines.path(), lines.number(),
                      fmt::format("expected a {}, found it empty", side));
  }
  if (text.find('\r') != std::string_view::npos) {
    throw FormatError(
        lines.path(), lines.number(),
        fmt::format("expected LF or CR LF at line ends only, found a CR in the {}", side));
  }
}

}  // namespace

TextPairs read_pairs(const std::string& path, const ReadProgress& progress) {
  LineReader lines(path, progress);
  TextPairs pairs;
  std::string_view line;
  while (lines.next(line)) {
    if (lines.number() == 1 && line.starts_with(byte_order_mark)) {
      line.remove_prefix(byte_order_mark.size());
    }
    const auto tabs = std::count(line.begin(), line.end(), '\t');
    if (tabs != 1) {
      throw FormatError(path, lines.number(),
                        fmt::format("expected a source, a tab and a target, found {} in \"{:.60}\"",
                                    tabs == 0 ? "no tab" : fmt::format("{} tabs", tabs), line));
    }
    const std::size_t tab = line.find('\t');
    check_side(lines, "source", line.substr(0, tab));
    check_side(lines, "target", line.substr(tab + 1));
    pairs.add(std::string(line.substr(0, tab)), std::string(line.substr(tab + 1)));
  }
  if (pairs.size() == 0) throw FormatError(path, 0, "expected pairs of texts, found an empty file");
  return pairs;
}

std::string to_string(Unit unit) {
  return unit == Unit::character ? "char" : "word";
}

Unit unit_of(const std::string& name) {
  if (name == "char") return Unit::character;
  if (name == "word") return Unit::word;
  throw std::invalid_argument(fmt::format("unit: \"{}\" is not one of char, word", name));
}

std::vector<std::string_view> split_units(std::string_view text, Unit unit) {
  std::vector<std::string_view> units;
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t end = begin + 1;
    if (unit == Unit::character) {
      while (end < text.size() && continues(text[end])) ++end;
    } else {
      begin = std::min(text.find_first_not_of(white_space, begin), text.size());
      end = std::min(text.find_first_of(white_space, begin), text.size());
    }
    if (end > begin) units.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return units;
}

std::string join_units(const std::vector<std::string>& units, Unit unit) {
  std::string text;
  for (const std::string& each : units) {
    if (unit == Unit::word && !text.empty()) text += ' ';
    text += each;
  }
  return text;
}

Vocabulary unit_vocabulary(const std::vector<std::string>& texts, Unit unit, Marks marks) {
  WordCounts counts;
  for (const std::string& text : texts) {
    for (const std::string_view each : split_units(text, unit)) {
      if (marks == Marks::none || !is_mark(each)) counts.add(each);
    }
  }
  if (marks == Marks::none) return Vocabulary(counts);
  return Vocabulary(counts, {}, {std::string(begin_mark), std::string(end_mark)});
}

EncodedTexts encode_units(const std::vector<std::string>& texts, Unit unit,
                          const Vocabulary& vocabulary, Marks marks) {
  EncodedTexts encoded;
  const auto append = [&](Index id) { encoded.ids.push_back(static_cast<std::int32_t>(id)); };
  for (const std::string& text : texts) {
    if (marks == Marks::around) append(vocabulary.id(begin_mark));
    for (const std::string_view each : split_units(text, unit)) {
      const bool mark = marks == Marks::around && is_mark(each);
      append(mark ? Vocabulary::unk : vocabulary.id(each));
    }
    if (marks == Marks::around) append(vocabulary.id(end_mark));
    encoded.offsets.push_back(static_cast<Index>(encoded.ids.size()));
  }
  encoded.unknown = std::count(encoded.ids.begin(), encoded.ids.end(), Vocabulary::unk);
  return encoded;
}

}  // namespace tapegrad
