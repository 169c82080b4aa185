// A file that is written, packed with gzip or not.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tapegrad/core/files.hpp>

namespace tapegrad {

/// An OutputFile whose bytes are packed with gzip if its name ends in .gz. The same bytes give the
/// same file: its header has no name and no time.
class PackedFile {
 public:
  /// std::system_error if it cannot be written, here and below.
  explicit PackedFile(const std::string& path);
  PackedFile(const PackedFile&) = delete;
  PackedFile& operator=(const PackedFile&) = delete;
  ~PackedFile();

  void append(std::string_view bytes);
  /// Puts the file in its place; without it, nothing is left behind.
  void commit();

 private:
  class Packer;
  OutputFile file_;
  std::unique_ptr<Packer> packer_;  // of a file that is packed
};

}  // namespace tapegrad
