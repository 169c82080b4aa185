#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/files_open.hpp>

namespace tapegrad {

using detail::fail;
using detail::OpenFile;

namespace {

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

}  // namespace tapegrad
