// Text files, plain or gzip, read as a whole or line by line.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace tapegrad {

/// The content of a plain or gzip file, unpacked; "-" is standard input. std::system_error if it
/// cannot be read, FormatError if its compressed data is damaged or ends too early.
std::string read_text(const std::string& path);

/// The lines of a plain or gzip file ("-" is standard input), read block by block, so that a file
/// larger than the memory is no problem. A line ends at LF and nowhere else; a CR before it is
/// dropped. Errors as in read_text.
class LineReader {
 public:
  explicit LineReader(const std::string& path);
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;
  ~LineReader();

  /// Sets `line` to the next line, without its end, valid until the next call; false after the last
  /// one. A last line without LF counts as a line.
  bool next(std::string_view& line);
  /// The number of the line last handed out, from 1.
  std::size_t number() const { return number_; }
  /// The name the reader was made with, for errors.
  const std::string& path() const;

 private:
  friend std::string read_text(const std::string& path);
  class Source;
  bool fill();

  std::unique_ptr<Source> source_;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t number_ = 0;
};

/// Takes the next line off the front of `rest`: up to LF, a CR before it dropped; false when `rest`
/// is empty.
bool next_line(std::string_view& rest, std::string_view& line);

}  // namespace tapegrad
