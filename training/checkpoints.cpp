#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/kernels/blas.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/core/version.hpp>
#include <tapegrad/training/checkpoints.hpp>
#include <utility>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

namespace fs = std::filesystem;

constexpr const char* file_name = "checkpoint.safetensors";
constexpr const char* format_version = "1";
constexpr std::chrono::seconds shortest_pause{30};
constexpr int most_often = 20;  // a pause is so many times what writing takes

// What the last digits of a training depend on beside its options and data.
std::string environment() {
  return fmt::format("tapegrad {}, {}, {} kernels", version(), blas_name(), blas_kernels());
}

}  // namespace

CheckpointFile::CheckpointFile(const std::string& path) : path_(path), file_(path) {
  const auto found = file_.metadata().find("format_version");
  if (found == file_.metadata().end()) {
    throw FormatError(path_, 0, "is no checkpoint: __metadata__ has no format_version");
  }
  if (found->second != format_version) {
    throw FormatError(path_, 0,
                      fmt::format("the checkpoint has format_version {}, this program knows {}",
                                  found->second, format_version));
  }
}

const std::string& CheckpointFile::section(const std::string& name) const {
  const auto found = file_.metadata().find(name);
  if (found != file_.metadata().end()) return found->second;
  throw FormatError(path_, 0, fmt::format("the checkpoint has no section {}", name));
}

const RawTensor& CheckpointFile::find(const std::string& name, DType type) const {
  const RawTensor* tensor = file_.find(name);
  if (tensor == nullptr) throw FormatError(path_, 0, fmt::format("tensor {} is missing", name));
  if (tensor->dtype == type) return *tensor;
  throw FormatError(path_, 0,
                    fmt::format("tensor {} has type {}, expected {}", name,
                                to_string(tensor->dtype), to_string(type)));
}

Array CheckpointFile::array(const std::string& name, const Shape& shape) const {
  const RawTensor& tensor = find(name, DType::f32);
  if (!std::equal(shape.begin(), shape.end(), tensor.shape.begin(), tensor.shape.end())) {
    throw FormatError(
        path_, 0,
        fmt::format("tensor {} has shape {}, expected {}", name,
                    to_string(Shape(tensor.shape.begin(), tensor.shape.end())), to_string(shape)));
  }
  return file_.array(tensor);
}

template <class T>
std::vector<T> CheckpointFile::list(const std::string& name, DType type) const {
  const RawTensor& tensor = find(name, type);
  if (tensor.shape.size() != 1) {
    throw FormatError(
        path_, 0,
        fmt::format("tensor {} has {} dimensions, expected 1", name, tensor.shape.size()));
  }
  std::vector<T> values(tensor.shape[0]);
  if (!values.empty()) file_.copy(tensor, values.data());
  return values;
}

std::vector<double> CheckpointFile::doubles(const std::string& name) const {
  return list<double>(name, DType::f64);
}
std::vector<std::uint32_t> CheckpointFile::numbers(const std::string& name) const {
  return list<std::uint32_t>(name, DType::u32);
}
std::vector<Index> CheckpointFile::indices(const std::string& name) const {
  return list<Index>(name, DType::i64);
}

// Held as long as the process lives. A file system that knows no locks goes without.
class Checkpoints::FolderLock {
 public:
  explicit FolderLock(const std::string& folder)
      : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (descriptor_ < 0) {
      throw std::system_error(errno, std::generic_category(), folder + ": cannot open");
    }
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
    ::close(descriptor_);
    throw std::runtime_error(
        fmt::format("{}: another process is writing its checkpoints there", folder));
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock() { ::close(descriptor_); }

 private:
  int descriptor_;
};

Checkpoints::Checkpoints(CheckpointOptions options)
    : options_(std::move(options)),
      path_((fs::path(options_.folder) / file_name).string()),
      pause_(shortest_pause) {
  if (options_.every < 0) {
    throw std::invalid_argument(
        fmt::format("Checkpoints: every is {}, must be 0 or more", options_.every));
  }
  fs::create_directories(options_.folder);
  lock_ = std::make_unique<FolderLock>(options_.folder);
  if (!fs::exists(path_)) return;
  if (!options_.resume) {
    throw std::invalid_argument(fmt::format(
        "{}: is the checkpoint of another training; resume that, or remove it to begin anew",
        path_));
  }
  resumed_.emplace(path_);
  if (const std::string& was = resumed_->section("environment"); was != environment()) {
    warn(fmt::format("{}: was written by {}, this is {}: the last digits may differ", path_, was,
                     environment()));
  }
}

Checkpoints::~Checkpoints() = default;

void Checkpoints::set_section(const std::string& name, std::string json,
                              std::vector<RawTensor> tensors) {
  sections_[name] = {std::move(json), std::move(tensors)};
}

bool Checkpoints::step() {
  ++steps_;
  return options_.every > 0 ? steps_ >= options_.every : Clock::now() - last_ >= pause_;
}

void Checkpoints::write() {
  const ProfileSpan span("checkpoint", Phase::other);
  const auto start = Clock::now();
  Metadata metadata{{"format_version", format_version}, {"environment", environment()}};
  std::vector<RawTensor> tensors;
  for (const auto& [name, section] : sections_) {
    metadata[name] = section.json;
    tensors.insert(tensors.end(), section.tensors.begin(), section.tensors.end());
  }
  write_safetensors(path_, tensors, metadata);
  last_ = Clock::now();
  pause_ = std::max<Clock::duration>(shortest_pause, most_often * (last_ - start));
  steps_ = 0;
  ++written_;
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
