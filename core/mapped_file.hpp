// Files in mapped memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace tapegrad {

/// A file whose bytes can be looked at as if they were in memory; the system reads those that are
/// touched, and shares them between processes.
///
/// If somebody cuts the file short meanwhile, touching what is gone kills the process (SIGBUS).
/// `read` does not: it asks the system for the bytes.
class MappedFile {
 public:
  /// std::system_error with the path and the reason if it cannot be opened; FormatError if it is no
  /// file on a disk (a directory, a pipe, a device).
  explicit MappedFile(const std::string& path);
  MappedFile(MappedFile&& other) noexcept { swap(other); }
  MappedFile& operator=(MappedFile&& other) noexcept {
    swap(other);
    return *this;
  }
  ~MappedFile();

  const std::string& path() const { return path_; }
  /// nullptr if the file is empty.
  const std::byte* data() const { return data_; }
  /// In bytes, as it was when the file was opened.
  std::size_t size() const { return size_; }
  /// Copies `size` bytes from `offset` on; FormatError if the file ends before.
  void read(std::uint64_t offset, void* into, std::size_t size) const;

 private:
  MappedFile() = default;
  void swap(MappedFile& other) noexcept;

  std::string path_;
  int descriptor_ = -1;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace tapegrad
