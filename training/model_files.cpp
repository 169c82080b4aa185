#include <tapegrad/training/model_files.hpp>

#include <fmt/core.h>

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
  std::vector<RawTensor> tensors;
  for (const auto& [name, p] : parameters) tensors.push_back(raw_tensor(name, p.value()));
  write_safetensors(path, tensors, {{"format", "pt"}});
}

void read_parameters(const std::string& path, const std::vector<NamedParameter>& parameters) {
  const SafetensorsFile file(path);
  for (const auto& [name, p] : parameters) {
    const RawTensor* tensor = file.find(name);
    if (tensor == nullptr) throw FormatError(path, 0, fmt::format("tensor {} is missing", name));
    const Shape shape(tensor->shape.begin(), tensor->shape.end());
    if (shape != p.shape()) {
      throw FormatError(path, 0,
                        fmt::format("tensor {} has shape {}, config.json wants {}", name,
                                    to_string(shape), to_string(p.shape())));
    }
    Parameter(p).assign(file.array(*tensor));
  }
  if (parameters.size() != file.tensors().size()) {
    throw FormatError(path, 0,
                      fmt::format("has {} tensors, the model {} parameters", file.tensors().size(),
                                  parameters.size()));
  }
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
