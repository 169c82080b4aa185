// What the folders of all models share: files put in place together, files read from a folder that
// may come from anywhere, and a network's parameters in one of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tapegrad/core/files_open.hpp>
#include <tapegrad/core/visit.hpp>
#include <tapegrad/training/safetensors.hpp>
#include <vector>

namespace tapegrad {

/// Files of a folder in another one, until all are written; what is not put in place is removed.
///
/// Put in place, they take the older ones' places at one stroke if they are all that the folder
/// has, and the system can exchange two folders: whatever happens, it holds the older model or the
/// newer one. Where it cannot, the folder has other files, or the program runs in it, they are
/// renamed one after the other. Of several processes that save into a folder, the last one's files
/// are there in the end, all of them.
class FilesBeside {
 public:
  /// Makes the folder if it is missing, and removes what killed processes left. `names` are all
  /// files that a model may have, in the order in which they are put in place. std::system_error if
  /// nothing can be written there, here and below.
  FilesBeside(const std::string& folder, std::vector<std::string> names);
  FilesBeside(const FilesBeside&) = delete;
  FilesBeside& operator=(const FilesBeside&) = delete;
  ~FilesBeside();

  /// Where to write the file `name` for now.
  std::string operator()(const std::string& name) const;
  /// Renames what was written; the others are removed as those of an older model.
  void put_in_place() const;

 private:
  bool has_others() const;
  bool exchange() const;

  std::filesystem::path folder_;  // without links
  std::vector<std::string> names_;
  std::string written_;  // the folder in which they are written
  detail::OpenFile marked_;
};

/// The files of a folder that may come from anywhere. One that is no file on a disk (a directory, a
/// pipe, a device), or a link that leads out of the folder, is a FormatError; std::system_error for
/// one that is missing or cannot be read.
class ModelFolder {
 public:
  static constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

  explicit ModelFolder(const std::string& folder);

  /// The name of a file, as the caller named the folder.
  std::string path(const std::string& name) const;
  /// The same, of a file that may be read.
  std::string checked_path(const std::string& name) const;
  /// The same, of one that is read as a whole. FormatError if it has more bytes than `most`,
  /// std::runtime_error if it does not fit into memory.
  std::string text_path(const std::string& name, std::uint64_t most = no_limit) const;
  /// The bytes of a file; errors as in text_path, and FormatError if there are none.
  std::string read(const std::string& name, std::uint64_t most = no_limit) const;

 private:
  std::filesystem::path named_;
  std::filesystem::path real_;  // without links
};

/// FormatError with the line for a text of the file `path` that is not UTF-8 or has a NUL.
void check_utf8(std::string_view text, const std::string& path);

/// A tensor that a model's file must have.
struct WantedTensor {
  std::string name;
  Shape shape;
  std::optional<DType> dtype = {};  // none: one that is_float
};

/// Which folder a path leads to; as long as this lives, no other one is taken for the same.
class FolderIdentity {
 public:
  /// std::system_error if it cannot be opened.
  explicit FolderIdentity(const std::string& folder);
  /// Whether the path still leads there.
  bool unchanged() const;

 private:
  std::string folder_;
  detail::OpenFile opened_;
};

/// What `load` makes of a folder; made again if another one took the folder's place meanwhile, as
/// FilesBeside does, so that nothing is made of files of two models. std::runtime_error if that
/// happens again and again.
template <class Load>
auto load_unmixed(const std::string& folder, const Load& load) {
  constexpr int attempts = 5;
  for (int i = 0; i < attempts; ++i) {
    const FolderIdentity identity(folder);
    try {
      auto loaded = load(folder);
      if (identity.unchanged()) return loaded;
    } catch (const std::exception&) {
      if (identity.unchanged()) throw;
    }
  }
  throw std::runtime_error(folder + ": was replaced by another model each time it was read");
}

inline namespace TAPEGRAD_PRECISION {

/// FormatError unless the file has this tensor. When it has, the memory that the tensor
/// takes is in proportion to the file.
void check_tensor(const SafetensorsFile& file, const WantedTensor& wanted);
/// The same of all these tensors, and no other.
void check_tensors(const SafetensorsFile& file, const std::vector<WantedTensor>& wanted);

/// Writes the parameters as a safetensors file. Errors as in write_file.
void write_parameters(const std::string& path, const std::vector<NamedParameter>& parameters);

/// Puts a file's tensors in place of the parameters' values, all of them and no other. Errors as in
/// check_tensors and SafetensorsFile::array.
void read_parameters(const SafetensorsFile& file, const std::vector<NamedParameter>& parameters);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
