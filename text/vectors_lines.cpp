#include <tapegrad/text/vectors_lines.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/text/numbers.hpp>
#include <tapegrad/text/vectors_header.hpp>

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

string_view trimmed(string_view line) {
  while (line.ends_with(' ')) line.remove_suffix(1);
  return line;
}

[[noreturn]] void fail_fields(string_view line, std::size_t width, std::size_t fields) {
  throw BadEntry(Flaw::shape,
                 fmt::format("expected a word and {} numbers, found {} fields behind \"{:.40}\"",
                             width, fields, line.substr(0, line.find(' '))));
}

// The length of the word at the start of a line that has `width` fields behind it.
std::size_t word_length(string_view line, std::size_t width) {
  if (line.empty()) {
    throw BadEntry(Flaw::shape,
                   fmt::format("expected a word and {} numbers, found an empty line", width));
  }
  const std::size_t fields = count_spaces(line);
  if (fields < width) fail_fields(line, width, fields);
  std::size_t end = line.find(' ');
  if (fields > width) {
    end = line.size();
    for (std::size_t i = 0; i < width; ++i) end = line.rfind(' ', end - 1);
    const string_view word = line.substr(0, end);
    if (is_number(word.substr(word.rfind(' ') + 1))) fail_fields(line, width, fields);
  }
  if (end == 0) {
    throw BadEntry(Flaw::shape, "expected a word at the start of the line, found a space");
  }
  return end;
}

void add_line(string_view line, std::size_t width, const WordFilter& wanted, VectorBlock& block) {
  const std::size_t length = word_length(line, width);
  const string_view word = line.substr(0, length);
  check_word(word);
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
  block.bad.push_back({block.words.size() - 1, block.entries,
                       fmt::format("expected a finite number as value {} of {}, found \"{:.40}\"",
                                   good + 1, width, field)});
}

VectorBlock parse_block(string_view text, std::size_t width, const WordFilter& wanted,
                        Malformed policy) {
  VectorBlock block;
  string_view line;
  while (next_line(text, line)) {
    ++block.entries;
    try {
      add_line(trimmed(line), width, wanted, block);
    } catch (const BadEntry& bad) {
      if (!take_bad_entry(block, bad, policy)) break;
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

VectorLines::VectorLines(std::unique_ptr<ByteReader> bytes, Malformed policy)
    : VectorReader(bytes->path(), policy), reader_(std::move(bytes)) {
  if (!reader_.next(chunk_)) fail(0, "expected word vectors, found an empty file");
  if (chunk_.starts_with("\xEF\xBB\xBF")) chunk_.remove_prefix(3);
  string_view rest = chunk_;
  string_view first;
  next_line(rest, first);
  if (const auto header = vector_header(first)) {
    count_ = header->count;
    set_width(header->width);
    number_behind(1);
    chunk_ = rest;
  } else {
    find_width(chunk_);
  }
  check_width(path(), 1, width());
}

void VectorLines::fail(std::size_t number, const std::string& message) const {
  throw FormatError(path(), number, message);
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
  std::size_t best = 0;
  for (const std::size_t each : widths) {
    if (each > 0 && (best == 0 || times[each] > times[best])) best = each;
  }
  set_width(best);
  if (best > 0) return;
  fail(1,
       fmt::format("expected a word and its numbers, separated by single spaces, found \"{:.60}\"",
                   first.ends_with('\r') ? first.substr(0, first.size() - 1) : first));
}

void VectorLines::each_block(const WordFilter& wanted, const UseBlock& use) {
  bool ended = true;
  do {
    const std::vector<string_view> texts = cut(chunk_);
    std::vector<VectorBlock> blocks(texts.size());
    parallel_for(texts.size(), [&](std::size_t i) {
      blocks[i] = parse_block(texts[i], width(), wanted, policy());
    });
    hand_out(blocks, use);
    ended = chunk_.empty() || chunk_.ends_with('\n');
  } while (reader_.next(chunk_));
  if (count_) check_count(*count_, "the first line");
  if (!ended) {
    mention("there is no line end behind the last number: it may be short if the file is cut");
  }
}

}  // namespace tapegrad::detail
