// Files packed with gzip.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <tapegrad/text/bytes.hpp>
#include <vector>

struct z_stream_s;  // of zlib.h

namespace tapegrad::detail {

/// The bytes of a gzip file, or of a pipe, which need not be packed. With zlib's stream functions:
/// its gzread does not always see that a file ends too early.
class GzipReader {
 public:
  /// "-" is standard input. std::system_error with the path and the reason if it cannot be opened.
  explicit GzipReader(const std::string& path);
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;
  ~GzipReader();

  /// Reads `size` bytes; returns how many there were, fewer only at the end. What follows the last
  /// member is left out, as gzip does. FormatError if the data is damaged or ends too early,
  /// std::system_error if it cannot be read.
  std::size_t read(char* into, std::size_t size);
  /// How far the packed file has been read.
  ReadAmount amount() const { return read_amount(descriptor_); }

 private:
  enum class State { between, inside, plain };

  bool begin_member();
  std::size_t copy(char* into, std::size_t size);
  std::size_t unpack(char* into, std::size_t size);
  void fill(std::size_t least);
  [[noreturn]] void damaged(const char* reason) const;
  [[noreturn]] void fail() const;

  std::string path_;
  int descriptor_;
  std::vector<unsigned char> buffer_;
  std::unique_ptr<z_stream_s> stream_;  // its input lies in the buffer
  State state_ = State::between;
  bool first_ = true;
};

}  // namespace tapegrad::detail
