#include <tapegrad/training/model_files.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <system_error>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/training/safetensors.hpp>
#include <utility>

namespace tapegrad {

namespace fs = std::filesystem;

FilesBeside::FilesBeside(const std::string& folder, std::vector<std::string> names)
    : folder_(folder), names_(std::move(names)) {
  fs::create_directories(folder_);
}

FilesBeside::~FilesBeside() {
  std::error_code ignored;
  for (const std::string& name : names_) {
    if (fs::is_regular_file((*this)(name), ignored)) fs::remove((*this)(name), ignored);
  }
}

std::string FilesBeside::operator()(const std::string& name) const {
  return (folder_ / name).string() + ".new";
}

void FilesBeside::put_in_place() const {
  for (const std::string& name : names_) {
    if (fs::exists((*this)(name))) {
      fs::rename((*this)(name), folder_ / name);
    } else {
      fs::remove(folder_ / name);  // of an older model
    }
  }
}

inline namespace TAPEGRAD_PRECISION {

void write_parameters(const std::string& path, const std::vector<NamedParameter>& parameters) {
  std::vector<NamedArray> arrays;
  for (const auto& [name, p] : parameters) arrays.push_back({name, p.value()});
  write_file(path, to_safetensors(arrays));
}

void read_parameters(const std::string& path, const std::vector<NamedParameter>& parameters) {
  std::vector<NamedArray> arrays = read_safetensors(path);
  for (const auto& [name, p] : parameters) {
    const auto named =
        std::find_if(arrays.begin(), arrays.end(),
                     [&wanted = name](const auto& each) { return each.name == wanted; });
    if (named == arrays.end()) {
      throw FormatError(path, 0, fmt::format("tensor {} is missing", name));
    }
    if (named->array.shape() != p.shape()) {
      throw FormatError(path, 0,
                        fmt::format("tensor {} has shape {}, config.json wants {}", name,
                                    to_string(named->array.shape()), to_string(p.shape())));
    }
    Parameter(p).assign(std::move(named->array));
  }
  if (parameters.size() != arrays.size()) {
    throw FormatError(
        path, 0,
        fmt::format("has {} tensors, the model {} parameters", arrays.size(), parameters.size()));
  }
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
