#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/profile.hpp>

namespace tapegrad {
namespace {

[[noreturn]] void fail(const std::string& path, const char* action) {
  throw std::system_error(errno, std::generic_category(), path + ": cannot " + action);
}

/// An open file that is closed when it goes out of scope.
class File {
 public:
  File(const std::string& path, int flags, const char* action)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) fail(path, action);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
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

void write_flushed(const std::string& path, std::string_view bytes) {
  File file(path, O_WRONLY | O_CREAT | O_TRUNC, "write");
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.descriptor(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path, "write");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.descriptor()) != 0 && errno != EINVAL) fail(path, "write");
  if (!file.close()) fail(path, "write");
}

}  // namespace

std::string read_file(const std::string& path) {
  const File file(path, O_RDONLY, "read");
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
  const ProfileSpan span("write", Phase::other);
  add_profile_bytes(bytes.size());
  const std::string beside = path + ".tmp";
  try {
    write_flushed(beside, bytes);
    if (std::rename(beside.c_str(), path.c_str()) != 0) fail(path, "write");
  } catch (...) {
    ::unlink(beside.c_str());
    throw;
  }
}

}  // namespace tapegrad
