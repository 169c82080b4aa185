#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/profile.hpp>
#include <utility>

namespace tapegrad {
namespace {

[[noreturn]] void fail(const std::string& path, const char* action) {
  throw std::system_error(errno, std::generic_category(), path + ": cannot " + action);
}

/// An open file that is closed when it goes out of scope.
class OpenFile {
 public:
  OpenFile(const std::string& path, int flags, const char* action)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) fail(path, action);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  int descriptor() const { return descriptor_; }
  /// Closes now, so that an error at closing is seen.
  bool close() {
    const int descriptor = descriptor_;
    descriptor_ = -1;
    return ::close(descriptor) == 0;
  }

 private:
  int descriptor_;
};

void write_flushed(const std::string& path, const std::vector<std::string_view>& pieces) {
  OpenFile file(path, O_WRONLY | O_CREAT | O_TRUNC, "write");
  for (std::string_view bytes : pieces) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(file.descriptor(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail(path, "write");
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  if (::fsync(file.descriptor()) != 0 && errno != EINVAL) fail(path, "write");
  if (!file.close()) fail(path, "write");
}

struct stat status_of(const std::string& path, int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) fail(path, "read");
  return status;
}

}  // namespace

class InputFile::File : public OpenFile {
 public:
  using OpenFile::OpenFile;
};

InputFile::InputFile(const std::string& path)
    : path_(path), file_(std::make_unique<File>(path, O_RDONLY, "read")) {}

InputFile::InputFile(InputFile&&) noexcept = default;
InputFile& InputFile::operator=(InputFile&&) noexcept = default;
InputFile::~InputFile() = default;

bool InputFile::regular() const {
  return S_ISREG(status_of(path_, file_->descriptor()).st_mode);
}

std::uint64_t InputFile::size() const {
  return static_cast<std::uint64_t>(status_of(path_, file_->descriptor()).st_size);
}

std::int64_t InputFile::changed() const {
  const timespec time = status_of(path_, file_->descriptor()).st_mtim;
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

std::size_t InputFile::read(std::uint64_t offset, void* into, std::size_t size) const {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::pread(file_->descriptor(), static_cast<char*>(into) + done, size - done,
                                static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path_, "read");
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

OutputFile::OutputFile(const std::string& path)
    : path_(path),
      beside_(path + ".tmp" + std::to_string(::getpid())),
      descriptor_(::open(beside_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) fail(path_, "write");
}

OutputFile::~OutputFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(beside_.c_str());
}

void OutputFile::append(const void* bytes, std::size_t size) {
  write_at(end_, bytes, size);
  end_ += size;
}

void OutputFile::write_at(std::uint64_t offset, const void* bytes, std::size_t size) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t written = ::pwrite(descriptor_, static_cast<const char*>(bytes) + done,
                                     size - done, static_cast<off_t>(offset + done));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path_, "write");
    done += static_cast<std::size_t>(written);
  }
}

void OutputFile::commit() {
  if (std::rename(beside_.c_str(), path_.c_str()) != 0) fail(path_, "write");
  const int descriptor = std::exchange(descriptor_, -1);
  if (::close(descriptor) != 0) fail(path_, "write");
}

void flush_folder(const std::string& folder) {
  const std::string path = folder.empty() ? "." : folder;
  const OpenFile opened(path, O_RDONLY | O_DIRECTORY, "write");
  if (::fsync(opened.descriptor()) != 0 && errno != EINVAL) fail(path, "write");
}

std::string read_file(const std::string& path) {
  const OpenFile file(path, O_RDONLY, "read");
  std::string bytes;
  struct stat status {};
  if (::fstat(file.descriptor(), &status) == 0 && status.st_size > 0) {
    bytes.reserve(static_cast<std::size_t>(status.st_size) + 1);
  }
  std::size_t size = 0;
  while (true) {
    if (bytes.size() == size) bytes.resize(std::max(bytes.capacity(), size + 4096));
    const ssize_t got = ::read(file.descriptor(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path, "read");
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

void write_file(const std::string& path, std::string_view bytes) {
  write_file(path, std::vector<std::string_view>{bytes});
}

void write_file(const std::string& path, const std::vector<std::string_view>& pieces) {
  const ProfileSpan span("write", Phase::other);
  for (const std::string_view bytes : pieces) add_profile_bytes(bytes.size());
  const std::string beside = path + ".tmp";
  try {
    write_flushed(beside, pieces);
    if (std::rename(beside.c_str(), path.c_str()) != 0) fail(path, "write");
  } catch (...) {
    ::unlink(beside.c_str());
    throw;
  }
  flush_folder(std::filesystem::path(path).parent_path().string());
}

}  // namespace tapegrad
