// Files: read in one go or here and there, written so that a crash never leaves half a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tapegrad {

/// The bytes of the file `path`. std::system_error with the path and the reason if it cannot be
/// read (a directory cannot).
std::string read_file(const std::string& path);

/// A file that is read in any order, from any number of threads at once. It is read, not mapped
/// into memory: that is as fast, and a file that somebody cuts short meanwhile ends early instead
/// of killing the process.
class InputFile {
 public:
  /// std::system_error with the path and the reason if it cannot be opened.
  explicit InputFile(const std::string& path);
  InputFile(InputFile&&) noexcept;
  InputFile& operator=(InputFile&&) noexcept;
  ~InputFile();

  /// Whether it is a file on a disk, and no pipe, terminal or directory.
  bool regular() const;
  /// Its size in bytes and the time of its last change in nanoseconds, as of now.
  std::uint64_t size() const;
  std::int64_t changed() const;
  /// Reads `size` bytes from `offset` on; returns how many there were, fewer only at the end.
  /// std::system_error if that fails, as it does for a pipe.
  std::size_t read(std::uint64_t offset, void* into, std::size_t size) const;

 private:
  class File;
  std::string path_;
  std::unique_ptr<File> file_;
};

/// A file that is written bit by bit beside its place, and put there by `commit`; without it,
/// nothing is left behind. For what can be made again: unlike write_file, it does not wait for the
/// disk.
class OutputFile {
 public:
  /// std::system_error with the path and the reason if it cannot be written, here and below.
  explicit OutputFile(const std::string& path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  /// Writes at the end, or over what stands at `offset`.
  void append(const void* bytes, std::size_t size);
  void write_at(std::uint64_t offset, const void* bytes, std::size_t size);
  void commit();

 private:
  std::string path_;
  std::string beside_;
  int descriptor_;
  std::uint64_t end_ = 0;
};

/// Makes what was renamed in a folder last, by waiting for the disk; "" is the folder in which the
/// program runs. std::system_error with the path and the reason if that fails.
void flush_folder(const std::string& folder);

/// Makes `bytes` the content of the file `path`: written to `path`.tmp, flushed to the disk and
/// renamed, so that a reader finds either the old content or the new, whatever happens.
/// std::system_error with the path and the reason if that fails; the old file is then still there.
void write_file(const std::string& path, std::string_view bytes);
/// The same of bytes that lie in several places.
void write_file(const std::string& path, const std::vector<std::string_view>& pieces);

}  // namespace tapegrad
