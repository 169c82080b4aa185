#include <tapegrad/core/mapped_file.hpp>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <tapegrad/core/errors.hpp>
#include <utility>

namespace tapegrad {
namespace {

[[noreturn]] void fail(const std::string& path) {
  throw std::system_error(errno, std::generic_category(), path + ": cannot read");
}

}  // namespace

// O_NONBLOCK: opening a pipe would wait for somebody to write into it.
MappedFile::MappedFile(const std::string& path) {
  MappedFile file{};
  file.path_ = path;
  file.descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status {};
  if (file.descriptor_ < 0 || ::fstat(file.descriptor_, &status) != 0) fail(path);
  if (!S_ISREG(status.st_mode)) {
    throw FormatError(path, 0, "is no file on a disk but a directory, a pipe or a device");
  }
  file.size_ = static_cast<std::size_t>(status.st_size);
  if (file.size_ > 0) {
    void* data = ::mmap(nullptr, file.size_, PROT_READ, MAP_SHARED, file.descriptor_, 0);
    if (data == MAP_FAILED) fail(path);
    file.data_ = static_cast<const std::byte*>(data);
  }
  swap(file);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
  if (descriptor_ >= 0) ::close(descriptor_);
}

void MappedFile::swap(MappedFile& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
}

void MappedFile::read(std::uint64_t offset, void* into, std::size_t size) const {
  for (std::size_t done = 0; done < size;) {
    const ssize_t got = ::pread(descriptor_, static_cast<char*>(into) + done, size - done,
                                static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path_);
    if (got == 0) {
      throw FormatError(path_, 0,
                        fmt::format("ends at byte {}, had {} when it was opened: somebody cut it",
                                    offset + done, size_));
    }
    done += static_cast<std::size_t>(got);
  }
}

}  // namespace tapegrad
