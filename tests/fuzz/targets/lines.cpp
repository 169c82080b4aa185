// Text files, plain and gzip, read in three ways that must agree.
#include <tapegrad/text/input.hpp>

#include "../fuzz.hpp"

namespace tg = tapegrad;

const fuzz::MemoryLimit fuzz::memory_limit = {.factor = 41280};  // gzip makes 1032 bytes of one

namespace {

using Lines = std::vector<std::string>;

Lines read_lines(const std::string& path) {
  tg::LineReader reader(path);
  Lines lines;
  std::string_view line;
  while (reader.next(line)) lines.emplace_back(line);
  fuzz::expect(reader.number() == lines.size(), "lines are numbered from 1");
  return lines;
}

std::string read_chunks(const std::string& path) {
  tg::ChunkReader reader(path);
  std::string all;
  std::string_view chunk;
  while (reader.next(chunk)) {
    fuzz::expect(all.empty() || all.back() == '\n', "chunks hold whole lines");
    all += chunk;
  }
  return all;
}

Lines split(std::string_view text) {
  Lines lines;
  std::string_view line;
  while (tg::next_line(text, line)) lines.emplace_back(line);
  return lines;
}

}  // namespace

void fuzz::check(std::string_view bytes) {
  static const File file("input");
  file.set(bytes);
  const auto text = accepted(file.path(), [] { return tg::read_text(file.path()); });
  const auto lines = accepted(file.path(), [] { return read_lines(file.path()); });
  const auto chunks = accepted(file.path(), [] { return read_chunks(file.path()); });
  expect(text.has_value() == lines.has_value(), "whole and by lines: both or none is accepted");
  expect(text.has_value() == chunks.has_value(), "whole and by chunks: both or none is accepted");
  if (!text) return;
  expect(*lines == split(*text), "the same text by lines");
  expect(*chunks == *text, "the same text by chunks");
}
