// Lines as they come: for programs that answer while their input is still being written.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tapegrad/text/bytes.hpp>

namespace tapegrad {

/// The lines of a plain or gzip file, a pipe or a terminal ("-" is standard input). Where a line
/// ends, and the errors, are those of LineReader, which waits until a large block of its input is
/// there; this one hands out each line as soon as it is whole. Memory is that of the longest line.
/// FormatError for a zip archive, which cannot be read from its front.
class LineStream {
 public:
  /// `stop` is asked while a line is waited for, at least once a second and after each signal: true
  /// ends the stream.
  explicit LineStream(const std::string& path, std::function<bool()> stop = {});
  LineStream(const LineStream&) = delete;
  LineStream& operator=(const LineStream&) = delete;
  ~LineStream();

  /// Sets `line` to the next line, without its end, valid until the next call of next or ready;
  /// false after the last one, or when `stop` said so.
  bool next(std::string_view& line);
  /// Whether `next` would return at once: a whole line is there, or the end.
  bool ready();
  /// How far the file has been read.
  ReadAmount amount() const;

 private:
  class Source;
  enum class Filled { more, nothing_yet, end };
  Filled fill(bool wait);
  bool find_line_end();

  std::unique_ptr<Source> source_;
  std::function<bool()> stop_;
  std::string buffer_;
  std::size_t begin_ = 0;     // of the next line
  std::size_t searched_ = 0;  // no LF between begin_ and here
  std::size_t end_ = 0;       // of what was read
  bool ended_ = false;        // the input: a terminal is not asked again
};

}  // namespace tapegrad
