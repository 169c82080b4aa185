// The bytes of files as people keep them: plain, gzip, or in a zip archive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tapegrad {

namespace detail {

/// The bytes of a reader's buffer. Fuzzing takes small ones: small files then get to their ends.
constexpr std::size_t buffer_size(std::size_t usual) {
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
  return usual < 64 ? usual : 64;
#else
  return usual;
#endif
}

}  // namespace detail

/// A file, or one of the files in a zip archive.
struct InputPlace {
  std::string file;         ///< "-" is standard input
  std::string member = {};  ///< in the archive `file`; empty: none was named

  /// "FILE" or "FILE:MEMBER", for errors.
  std::string name() const { return member.empty() ? file : file + ":" + member; }
};

/// How far a file has been read, in bytes; of a packed file in packed ones.
struct ReadAmount {
  std::uint64_t done = 0;
  std::uint64_t total = 0;  ///< 0: not known, as of a pipe

  /// The part that is done, from 0 to 1; 0 if that is not known.
  double share() const {
    if (total == 0) return 0;
    return done >= total ? 1 : static_cast<double>(done) / static_cast<double>(total);
  }
};

/// Told how far a file has been read, after each piece of it, by the thread that reads.
using ReadProgress = std::function<void(const std::string& path, const ReadAmount& amount)>;

namespace detail {
/// How far an open file has been read: its position, and its size if it is on a disk.
ReadAmount read_amount(int descriptor);
}  // namespace detail

/// What `path` names: FILE or FILE.zip:MEMBER. If there is a file of the whole name it is that one.
InputPlace input_place(const std::string& path);

/// Whether a file begins as zip archives do. False where it cannot be read, and for pipes.
bool is_zip(const std::string& file);

/// The names of the files in a zip archive, without folders and what macOS adds for itself.
/// FormatError if the archive is damaged.
std::vector<std::string> zip_members(const std::string& file);

/// The bytes of a file from front to back, unpacked. Plain files are read on all threads.
class ByteReader {
 public:
  /// Opens what `path` names (see input_place). Of an archive without a MEMBER its only file is
  /// read. std::system_error if it cannot be read; FormatError for a damaged archive, a MEMBER that
  /// is not there, and several files and no MEMBER, with their names. `progress` is told after each
  /// read.
  explicit ByteReader(const std::string& path, ReadProgress progress = {})
      : ByteReader(input_place(path), std::move(progress)) {}
  explicit ByteReader(const InputPlace& place, ReadProgress progress = {});
  ByteReader(const ByteReader&) = delete;
  ByteReader& operator=(const ByteReader&) = delete;
  ~ByteReader();

  /// The first bytes, at most `size`; `read` gives them again. To be called before it.
  std::string_view head(std::size_t size);
  /// Reads `size` bytes; returns how many there were, fewer only at the end. std::system_error if
  /// that fails, FormatError if compressed data is damaged or ends too early, or if a plain file is
  /// cut short while it is read.
  std::size_t read(char* into, std::size_t size);
  /// The name the reader was made with, for errors.
  const std::string& path() const { return path_; }

  class Source;

 private:
  std::string path_;
  std::unique_ptr<Source> source_;
  ReadProgress progress_;
  std::string head_;
  std::size_t given_ = 0;  // of the head, by read
};

}  // namespace tapegrad
