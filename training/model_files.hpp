// What the folders of all models share: files put in place together, and a network's parameters in
// one of them.
#pragma once

#include <filesystem>
#include <string>
#include <tapegrad/core/visit.hpp>
#include <vector>

namespace tapegrad {

/// Files of a folder under other names, until all are written; what is not put in place is removed.
class FilesBeside {
 public:
  /// Makes the folder if it is missing. `names` are all files that a model may have, in the order
  /// in which they are put in place.
  FilesBeside(const std::string& folder, std::vector<std::string> names);
  FilesBeside(const FilesBeside&) = delete;
  FilesBeside& operator=(const FilesBeside&) = delete;
  ~FilesBeside();

  /// Where to write the file `name` for now.
  std::string operator()(const std::string& name) const;
  /// Renames what was written; the others are removed as those of an older model.
  void put_in_place() const;

 private:
  std::filesystem::path folder_;
  std::vector<std::string> names_;
};

inline namespace TAPEGRAD_PRECISION {

/// Writes the parameters as a safetensors file. Errors as in write_file.
void write_parameters(const std::string& path, const std::vector<NamedParameter>& parameters);

/// Puts a file's tensors (F64, F32, F16 or BF16) in place of the parameters' values, all of them
/// and no other. FormatError for a tensor that is missing, of another shape, or too many, and as in
/// SafetensorsFile.
void read_parameters(const std::string& path, const std::vector<NamedParameter>& parameters);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
