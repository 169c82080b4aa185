#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/files_open.hpp>
#include <tapegrad/core/profile.hpp>
#include <utility>

namespace tapegrad {

using detail::fail;
using detail::OpenFile;
namespace fs = std::filesystem;

namespace {

// Where a file is written.
struct Place {
  std::string file;  // behind links, there or not
  bool at_once;      // it is no file on a disk, or an open one that /proc leads to
};

Place place_of(const std::string& path) {
  struct stat status {};
  const bool there = ::stat(path.c_str(), &status) == 0;  // also asks whether links may be followed
  if (!there && errno != ENOENT) fail(path, "write");
  if (there && !S_ISREG(status.st_mode)) return {path, true};
  fs::path file = path;
  std::error_code error;
  while (fs::is_symlink(fs::symlink_status(file, error))) {
    const std::string folder = fs::weakly_canonical(file.parent_path()).string() + "/";
    if (folder.starts_with("/proc/")) return {path, true};
    file = file.parent_path() / fs::read_symlink(file);
  }
  return {file.string(), false};
}

std::string folder_of(const std::string& file) {
  return fs::path(file).parent_path().string();
}

// Whether a file of this name, which nobody has, can be made and written; it is removed again.
// Errno tells why not.
bool can_make(const std::string& name) {
  const OpenFile file(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.descriptor() < 0) return false;
  const bool written = ::write(file.descriptor(), "", 1) == 1;  // a full disk lets files be made
  const int error = errno;
  ::unlink(name.c_str());
  errno = error;
  return written;
}

}  // namespace

class OutputFile::File : public OpenFile {
 public:
  using OpenFile::OpenFile;
};

OutputFile::OutputFile(const std::string& path, Durable durable) : path_(path), durable_(durable) {
  const Place place = place_of(path);
  target_ = place.file;
  if (place.at_once) {
    file_ = std::make_unique<File>(path, O_WRONLY | O_APPEND | O_NOCTTY, "write");
    return;
  }
  detail::remove_abandoned(target_, [](const std::string& file) { ::unlink(file.c_str()); });
  file_ = std::make_unique<File>();
  do {
    beside_ = detail::unfinished_name(target_);
    *file_ = File(::open(beside_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file_->descriptor() < 0 && errno != EEXIST) fail(path_, "write");
  } while (file_->descriptor() < 0 || !detail::mark_unfinished(file_->descriptor(), beside_));
}

OutputFile::~OutputFile() {
  if (!beside_.empty()) ::unlink(beside_.c_str());
}

void OutputFile::append(const void* bytes, std::size_t size) {
  write_at(end_, bytes, size);
  end_ += size;
}

void OutputFile::write_at(std::uint64_t offset, const void* bytes, std::size_t size) {
  const bool at_once = beside_.empty();
  if (at_once && offset != end_) {
    errno = ESPIPE;
    fail(path_, "write");
  }
  const int descriptor = file_->descriptor();
  const char* from = static_cast<const char*>(bytes);
  for (std::size_t done = 0; done < size;) {
    const ssize_t written =
        at_once ? ::write(descriptor, from + done, size - done)
                : ::pwrite(descriptor, from + done, size - done, static_cast<off_t>(offset + done));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path_, "write");
    done += static_cast<std::size_t>(written);
  }
}

void OutputFile::commit() {
  const bool durable = durable_ == Durable::yes && !beside_.empty();
  if (durable && ::fsync(file_->descriptor()) != 0 && errno != EINVAL) fail(path_, "write");
  // Closed before it is renamed, since that may fail too; the mark stays until it has its name.
  const OpenFile marked(::fcntl(file_->descriptor(), F_DUPFD_CLOEXEC, 0));
  if (!file_->close()) fail(path_, "write");
  if (beside_.empty()) return;
  if (std::rename(beside_.c_str(), target_.c_str()) != 0) fail(path_, "write");
  beside_.clear();
  if (durable) flush_folder(folder_of(target_));
}

void flush_folder(const std::string& folder) {
  const std::string path = folder.empty() ? "." : folder;
  const OpenFile opened(path, O_RDONLY | O_DIRECTORY, "write");
  if (::fsync(opened.descriptor()) != 0 && errno != EINVAL) fail(path, "write");
}

void write_file(const std::string& path, std::string_view bytes) {
  write_file(path, std::vector<std::string_view>{bytes});
}

void write_file(const std::string& path, const std::vector<std::string_view>& pieces) {
  const ProfileSpan span("write", Phase::other);
  for (const std::string_view bytes : pieces) add_profile_bytes(bytes.size());
  OutputFile file(path);
  for (const std::string_view bytes : pieces) file.append(bytes.data(), bytes.size());
  file.commit();
}

void check_writable(const std::string& path) {
  const Place place = place_of(path);
  if (!place.at_once) {
    if (!can_make(detail::unfinished_name(place.file))) fail(path, "write");
    return;
  }
  if (fs::is_directory(path)) {
    errno = EISDIR;
    fail(path, "write");
  }
  if (::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0) fail(path, "write");
}

void check_writable_folder(const std::string& folder) {
  if (!can_make(detail::unfinished_name(folder + "/"))) fail(folder, "write");
}

}  // namespace tapegrad
