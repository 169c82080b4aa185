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

/// Whether a written file is to be on the disk before it takes its place, which takes time, or may
/// be lost with what was there when the machine stops: enough for what can be made again.
enum class Durable { yes, no };

/// A file that is written bit by bit beside its place, and put there by `commit`; without it,
/// nothing is left behind. A link to a file stays one. What is no file on a disk (a device, a pipe)
/// is written at once, from front to back.
class OutputFile {
 public:
  /// Removes what killed processes left of the same file. std::system_error with the path and the
  /// reason if it cannot be written, here and below.
  explicit OutputFile(const std::string& path, Durable durable = Durable::yes);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  /// Writes at the end, or over what stands at `offset`, which devices and pipes do not allow.
  void append(const void* bytes, std::size_t size);
  void write_at(std::uint64_t offset, const void* bytes, std::size_t size);
  void commit();

 private:
  class File;
  std::string path_;    // as the caller named it
  std::string target_;  // behind links
  std::string beside_;  // empty: written at once
  std::unique_ptr<File> file_;
  Durable durable_;
  std::uint64_t end_ = 0;
};

/// Makes what was renamed in a folder last, by waiting for the disk; "" is the folder in which the
/// program runs. std::system_error with the path and the reason if that fails.
void flush_folder(const std::string& folder);

/// Makes `bytes` the content of the file `path`, as an OutputFile does: a reader finds either the
/// old content or the new, whatever happens. std::system_error with the path and the reason if that
/// fails.
void write_file(const std::string& path, std::string_view bytes);
/// The same of bytes that lie in several places.
void write_file(const std::string& path, const std::vector<std::string_view>& pieces);

/// std::system_error with the path and the reason if the file `path` could not be written now, or
/// made; if files could not be made in a folder. That is tried, with a file that is removed again;
/// the file itself, devices and pipes are left alone.
void check_writable(const std::string& path);
void check_writable_folder(const std::string& folder);

}  // namespace tapegrad
