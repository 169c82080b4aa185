// Text files, plain or packed, read as a whole or line by line.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <tapegrad/text/bytes.hpp>

namespace tapegrad {

/// The content of a file, unpacked if it is gzip or in a zip archive (see ByteReader); "-" is
/// standard input. std::system_error if it cannot be read, FormatError if its compressed data is
/// damaged or ends too early.
std::string read_text(const std::string& path, const ReadProgress& progress = {});

/// The lines of the same files, read block by block, so that a file larger than the memory is no
/// problem. A line ends at LF and nowhere else; a CR before it is
/// dropped. Errors as in read_text.
class LineReader {
 public:
  explicit LineReader(const std::string& path, ReadProgress progress = {});

  /// Sets `line` to the next line, without its end, valid until the next call; false after the last
  /// one. A last line without LF counts as a line.
  bool next(std::string_view& line);
  /// The number of the line last handed out, from 1.
  std::size_t number() const { return number_; }
  /// The name the reader was made with, for errors.
  const std::string& path() const { return bytes_.path(); }

 private:
  bool fill();

  ByteReader bytes_;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t number_ = 0;
};

/// The same text in large pieces of whole lines, for work on many lines at once. Errors as in
/// read_text.
class ChunkReader {
 public:
  explicit ChunkReader(const std::string& path, std::size_t chunk_size = std::size_t{1} << 24U);
  /// The same of a file that is open already, and was not read yet.
  explicit ChunkReader(std::unique_ptr<ByteReader> bytes,
                       std::size_t chunk_size = std::size_t{1} << 24U);

  /// Sets `chunk` to the next lines, at least one, valid until the next call; false after the last
  /// ones. Only the last line of the file may lack its LF.
  bool next(std::string_view& chunk);

 private:
  std::unique_ptr<ByteReader> bytes_;
  std::size_t chunk_size_;
  std::string buffer_;
  std::size_t taken_ = 0;  // of the buffer, by the last chunk
  std::size_t end_ = 0;
};

/// Takes the next line off the front of `rest`: up to LF, a CR before it dropped; false when `rest`
/// is empty.
bool next_line(std::string_view& rest, std::string_view& line);

}  // namespace tapegrad
