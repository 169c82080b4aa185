#include <tapegrad/training/model_files.hpp>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <stdexcept>
#include <system_error>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/memory.hpp>
#include <tapegrad/text/utf8.hpp>
#include <tapegrad/training/safetensors.hpp>

namespace tapegrad {

namespace fs = std::filesystem;

ModelFolder::ModelFolder(const std::string& folder) : named_(folder) {
  std::error_code error;
  real_ = fs::canonical(named_, error);
  if (error) throw std::system_error(error, folder + ": cannot read");
}

std::string ModelFolder::path(const std::string& name) const {
  return (named_ / name).string();
}

std::string ModelFolder::checked_path(const std::string& name) const {
  std::error_code error;
  const fs::path real = fs::canonical(named_ / name, error);
  if (error) throw std::system_error(error, path(name) + ": cannot read");
  const auto [end, inside] = std::mismatch(real_.begin(), real_.end(), real.begin(), real.end());
  if (end != real_.end()) {
    throw FormatError(path(name), 0,
                      fmt::format("is a link to {}, outside of the folder", real.string()));
  }
  if (!fs::is_regular_file(real)) {
    throw FormatError(path(name), 0, "is no file on a disk but a directory, a pipe or a device");
  }
  return path(name);
}

std::string ModelFolder::text_path(const std::string& name, std::uint64_t most) const {
  std::string file = checked_path(name);
  const std::uint64_t size = fs::file_size(file);
  if (size > most) {
    throw FormatError(file, 0, fmt::format("has {} bytes, expected at most {}", size, most));
  }
  if (const std::uint64_t available = available_memory(); size > available) {
    throw std::runtime_error(
        fmt::format("{}: has {} bytes, {} are available in memory", file, size, available));
  }
  return file;
}

std::string ModelFolder::read(const std::string& name, std::uint64_t most) const {
  std::string bytes = read_file(text_path(name, most));
  if (bytes.empty()) throw FormatError(path(name), 0, "is empty");
  return bytes;
}

FolderIdentity::FolderIdentity(const std::string& folder)
    : folder_(folder), opened_(folder, O_PATH | O_DIRECTORY, "read") {}

bool FolderIdentity::unchanged() const {
  struct stat was {};
  struct stat is {};
  return ::fstat(opened_.descriptor(), &was) == 0 && ::stat(folder_.c_str(), &is) == 0 &&
         was.st_dev == is.st_dev && was.st_ino == is.st_ino;
}

void check_utf8(std::string_view text, const std::string& path) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (detail::first_not_utf8(line) < line.size()) {
      throw FormatError(path, number, "expected UTF-8, found bytes that are not");
    }
    if (line.find('\0') != std::string_view::npos) throw FormatError(path, number, "has a NUL");
  }
}

inline namespace TAPEGRAD_PRECISION {

void check_tensor(const SafetensorsFile& file, const WantedTensor& wanted) {
  const RawTensor* tensor = file.find(wanted.name);
  if (tensor == nullptr) {
    throw FormatError(file.path(), 0, fmt::format("tensor {} is missing", wanted.name));
  }
  const Shape found(tensor->shape.begin(), tensor->shape.end());
  if (found != wanted.shape) {
    throw FormatError(file.path(), 0,
                      fmt::format("tensor {} has shape {:.80}, config.json wants {}", wanted.name,
                                  to_string(found), to_string(wanted.shape)));
  }
  if (wanted.dtype && tensor->dtype != *wanted.dtype) {
    throw FormatError(file.path(), 0,
                      fmt::format("tensor {} has type {}, config.json wants {}", wanted.name,
                                  to_string(tensor->dtype), to_string(*wanted.dtype)));
  }
  if (!wanted.dtype && !is_float(tensor->dtype)) {
    throw FormatError(file.path(), 0,
                      fmt::format("tensor {} has type {}, expected F64, F32, F16 or BF16",
                                  wanted.name, to_string(tensor->dtype)));
  }
}

void check_tensors(const SafetensorsFile& file, const std::vector<WantedTensor>& wanted) {
  for (const WantedTensor& each : wanted) check_tensor(file, each);
  if (wanted.size() == file.tensors().size()) return;
  throw FormatError(
      file.path(), 0,
      fmt::format("has {} tensors, the model {} parameters", file.tensors().size(), wanted.size()));
}

void write_parameters(const std::string& path, const std::vector<NamedParameter>& parameters) {
  std::vector<RawTensor> tensors;
  for (const auto& [name, p] : parameters) tensors.push_back(raw_tensor(name, p.value()));
  write_safetensors(path, tensors, {{"format", "pt"}});
}

void read_parameters(const SafetensorsFile& file, const std::vector<NamedParameter>& parameters) {
  std::vector<WantedTensor> wanted;
  for (const auto& [name, p] : parameters) wanted.push_back({name, p.shape()});
  check_tensors(file, wanted);
  for (const auto& [name, p] : parameters) Parameter(p).assign(file.array(*file.find(name)));
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
