#include <tapegrad/text/vectors_lines.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/text/numbers.hpp>

namespace tapegrad::detail {
namespace {

using std::string_view;

// In short sums of bytes, which compilers turn into vector code.
std::size_t count_spaces(string_view line) {
  std::size_t total = 0;
  while (!line.empty()) {
    const std::size_t n = std::min<std::size_t>(line.size(), 255);
    unsigned char spaces = 0;
    for (std::size_t i = 0; i < n; ++i) {
      spaces = static_cast<unsigned char>(spaces + (line[i] == ' ' ? 1 : 0));
    }
    total += spaces;
    line.remove_prefix(n);
  }
  return total;
}

template <class Number>
bool is_number(string_view field) {
  Number value{};
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  return error != std::errc::invalid_argument && end == field.data() + field.size();
}

string_view trimmed(string_view line) {
  while (line.ends_with(' ')) line.remove_suffix(1);
  return line;
}

// The fields at the end of the line that are numbers, without the first field, which is a word.
std::size_t numbers_at_end(string_view line) {
  std::size_t numbers = 0;
  for (auto space = line.rfind(' '); space != string_view::npos; space = line.rfind(' ')) {
    if (!is_number<double>(line.substr(space + 1))) break;
    ++numbers;
    line = line.substr(0, space);
  }
  return numbers;
}

// A line that has no word and D fields; what() says why.
class BadLine : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

[[noreturn]] void fail_fields(string_view line, std::size_t width, std::size_t fields) {
  throw BadLine(fmt::format("expected a word and {} numbers, found {} fields behind \"{:.40}\"",
                            width, fields, line.substr(0, line.find(' '))));
}

// The length of the word at the start of a line that has `width` fields behind it.
std::size_t word_length(string_view line, std::size_t width) {
  if (line.empty()) {
    throw BadLine(fmt::format("expected a word and {} numbers, found an empty line", width));
  }
  const std::size_t fields = count_spaces(line);
  if (fields < width) fail_fields(line, width, fields);
  std::size_t end = line.find(' ');
  if (fields > width) {
    end = line.size();
    for (std::size_t i = 0; i < width; ++i) end = line.rfind(' ', end - 1);
    const string_view word = line.substr(0, end);
    if (is_number<double>(word.substr(word.rfind(' ') + 1))) fail_fields(line, width, fields);
  }
  if (end == 0) throw BadLine("expected a word at the start of the line, found a space");
  return end;
}

void add_line(string_view line, std::size_t width, const WordFilter& wanted, VectorBlock& block) {
  const std::size_t length = word_length(line, width);
  const string_view word = line.substr(0, length);
  if (!wanted(word)) return;
  block.words.push_back(word);
  block.values.resize(block.values.size() + width);
  const string_view fields = line.substr(length + 1);
  const std::size_t good =
      parse_numbers(fields, width, block.values.data() + block.values.size() - width);
  if (good == width) return;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < good; ++i) begin = fields.find(' ', begin) + 1;
  const string_view field = fields.substr(begin, fields.find(' ', begin) - begin);
  block.bad.push_back({block.words.size() - 1, block.lines,
                       fmt::format("expected a finite number as value {} of {}, found \"{:.40}\"",
                                   good + 1, width, field)});
}

VectorBlock parse_block(string_view text, std::size_t width, const WordFilter& wanted) {
  VectorBlock block;
  string_view line;
  while (next_line(text, line)) {
    ++block.lines;
    try {
      add_line(trimmed(line), width, wanted, block);
    } catch (const BadLine& bad) {
      block.error = bad.what();
      break;
    }
  }
  return block;
}

// Cuts text into blocks of whole lines. Where, depends on the text alone.
std::vector<string_view> cut(string_view text) {
  constexpr std::size_t size = std::size_t{1} << 19U;
  std::vector<string_view> blocks;
  while (!text.empty()) {
    const std::size_t newline = text.size() <= size ? string_view::npos : text.find('\n', size);
    blocks.push_back(text.substr(0, newline == string_view::npos ? newline : newline + 1));
    text.remove_prefix(blocks.back().size());
  }
  return blocks;
}

}  // namespace

VectorLines::VectorLines(const std::string& path) : path_(path), reader_(path) {
  if (!reader_.next(chunk_)) fail(0, "expected word vectors, found an empty file");
  if (chunk_.starts_with("\xEF\xBB\xBF")) chunk_.remove_prefix(3);
  string_view rest = chunk_;
  string_view first;
  next_line(rest, first);
  find_header(trimmed(first));
  if (header_count_) {
    chunk_ = rest;
  } else {
    find_width(chunk_);
  }
}

void VectorLines::fail(std::size_t line, const std::string& message) const {
  throw FormatError(path_, line, message);
}

void VectorLines::find_header(string_view first) {
  const std::size_t space = first.find(' ');
  if (space == string_view::npos || count_spaces(first) != 1) return;
  if (!is_number<std::size_t>(first.substr(0, space)) ||
      !is_number<std::size_t>(first.substr(space + 1))) {
    return;
  }
  std::size_t count = 0;
  std::from_chars(first.data(), first.data() + space, count);
  std::from_chars(first.data() + space + 1, first.data() + first.size(), width_);
  header_count_ = count;
  lines_ = 1;
  if (width_ == 0) {
    fail(1, fmt::format("expected COUNT DIM with a DIM above 0, found \"{}\"", first));
  }
}

void VectorLines::find_width(string_view lines) {
  constexpr std::size_t looked_at = 64;
  std::vector<std::size_t> widths;
  std::map<std::size_t, std::size_t> times;
  string_view line;
  const string_view first = lines.substr(0, lines.find('\n'));
  while (widths.size() < looked_at && next_line(lines, line)) {
    widths.push_back(numbers_at_end(trimmed(line)));
    ++times[widths.back()];
  }
  for (const std::size_t width : widths) {
    if (width > 0 && (width_ == 0 || times[width] > times[width_])) width_ = width;
  }
  if (width_ > 0) return;
  fail(1,
       fmt::format("expected a word and its numbers, separated by single spaces, found \"{:.60}\"",
                   first.ends_with('\r') ? first.substr(0, first.size() - 1) : first));
}

void VectorLines::use_chunk(const WordFilter& wanted,
                            const std::function<void(VectorBlock&)>& use) {
  const std::vector<string_view> texts = cut(chunk_);
  std::vector<VectorBlock> blocks(texts.size());
  parallel_for(texts.size(),
               [&](std::size_t i) { blocks[i] = parse_block(texts[i], width_, wanted); });
  for (VectorBlock& block : blocks) {
    for (BadNumbers& bad : block.bad) bad.line += lines_;
    lines_ += block.lines;
    entries_ += block.lines;
    use(block);
    if (!block.error.empty()) fail(lines_, block.error);
  }
}

void VectorLines::each_block(const WordFilter& wanted,
                             const std::function<void(VectorBlock&)>& use) {
  do {
    use_chunk(wanted, use);
  } while (reader_.next(chunk_));
  if (entries_ != header_count_.value_or(entries_)) {
    fail(lines_, fmt::format("the first line announces {} words, found {}: is the file cut?",
                             *header_count_, entries_));
  }
}

}  // namespace tapegrad::detail
