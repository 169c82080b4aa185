#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/training/model_files.hpp>
#include <utility>

namespace tapegrad {

using detail::fail;
using detail::OpenFile;
namespace fs = std::filesystem;

namespace {

constexpr const char* lock_name = ".saving.tmp";

bool same(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// Held by one process at a time, while it puts files in place. A file system without locks goes
// without.
class PlacingLock {
 public:
  explicit PlacingLock(const fs::path& folder) : path_((folder / lock_name).string()) {
    do {
      file_ = OpenFile(::open(path_.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666));
      if (file_.descriptor() < 0) {
        const int error = errno;
        if (error == ENOENT && fs::exists(folder)) continue;  // another folder took its place
        errno = error;
        fail(path_, "write");
      }
      while (::flock(file_.descriptor(), LOCK_EX) != 0) {
        if (errno != EINTR) return;
      }
    } while (!in_place());  // the one before removed it
  }
  PlacingLock(const PlacingLock&) = delete;
  PlacingLock& operator=(const PlacingLock&) = delete;
  ~PlacingLock() {
    if (in_place()) ::unlink(path_.c_str());
  }

 private:
  bool in_place() const {
    struct stat own {};
    struct stat there {};
    return ::fstat(file_.descriptor(), &own) == 0 && ::lstat(path_.c_str(), &there) == 0 &&
           same(own, there);
  }

  std::string path_;
  OpenFile file_;
};

// Removes a folder and those files in it that are ours; it stays if it has others.
void remove_folder(const std::string& folder, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const std::string file = folder + "/" + name;
    ::unlink(file.c_str());
    detail::remove_abandoned(file, [](const std::string& left) { ::unlink(left.c_str()); });
  }
  // Another process may still make the file of its lock in a folder that was just exchanged.
  const std::string lock = folder + "/" + lock_name;
  while (::rmdir(folder.c_str()) != 0 && errno == ENOTEMPTY && ::unlink(lock.c_str()) == 0) {
  }
}

// Whether files can be renamed from one folder into the other.
bool on_one_mount(const std::string& a, const std::string& b) {
  struct statx of_a {};
  struct statx of_b {};
  return ::statx(AT_FDCWD, a.c_str(), 0, STATX_MNT_ID, &of_a) == 0 &&
         ::statx(AT_FDCWD, b.c_str(), 0, STATX_MNT_ID, &of_b) == 0 &&
         of_a.stx_mnt_id == of_b.stx_mnt_id && of_a.stx_dev_major == of_b.stx_dev_major &&
         of_a.stx_dev_minor == of_b.stx_dev_minor;
}

// Makes a new folder with an unfinished name of `folder` and marks it; false if it cannot be made.
bool make_marked(const std::string& folder, std::string& path, OpenFile& mark) {
  while (true) {
    path = detail::unfinished_name(folder);
    if (::mkdir(path.c_str(), 0700) != 0) {
      if (errno == EEXIST) continue;
      return false;
    }
    mark = OpenFile(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (mark.descriptor() < 0 && errno != ENOENT) fail(path, "write");
    if (mark.descriptor() >= 0 && detail::mark_unfinished(mark.descriptor(), path)) return true;
  }
}

// Gives a new folder the rights of another one; false if it would still belong to somebody else.
bool take_rights(const std::string& folder, const std::string& of) {
  struct stat own {};
  struct stat wanted {};
  return ::stat(of.c_str(), &wanted) == 0 && ::chmod(folder.c_str(), wanted.st_mode) == 0 &&
         ::stat(folder.c_str(), &own) == 0 && own.st_uid == wanted.st_uid &&
         own.st_gid == wanted.st_gid;
}

// Whether the program runs in this folder or below: its place must not be taken by another one.
bool runs_in(const fs::path& folder) {
  std::error_code error;
  const fs::path current = fs::current_path(error);
  return !error &&
         std::mismatch(folder.begin(), folder.end(), current.begin(), current.end()).first ==
             folder.end();
}

// Exchanges the names of two folders at one stroke; false where the system cannot.
bool swap(const std::string& a, const std::string& b) {
#ifdef RENAME_EXCHANGE
  return ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0;
#else
  return false;
#endif
}

}  // namespace

FilesBeside::FilesBeside(const std::string& folder, std::vector<std::string> names)
    : names_(std::move(names)) {
  fs::create_directories(folder);
  folder_ = fs::canonical(folder);
  const auto remove = [&](const std::string& left) { remove_folder(left, names_); };
  const std::string inside = folder_.string() + "/";
  detail::remove_abandoned(folder_.string(), remove);
  detail::remove_abandoned(inside, remove);
  // Beside the folder, to be exchanged for it, or in it where that cannot be.
  if (make_marked(folder_.string(), written_, marked_)) {
    if (on_one_mount(written_, folder_.string())) return;
    ::rmdir(written_.c_str());
  }
  if (!make_marked(inside, written_, marked_)) fail(folder_.string(), "write");
}

FilesBeside::~FilesBeside() {
  remove_folder(written_, names_);
}

std::string FilesBeside::operator()(const std::string& name) const {
  return written_ + "/" + name;
}

// Whether the folder has more than the files of a model.
bool FilesBeside::has_others() const {
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const std::string name = entry.path().filename().string();
    if (name != lock_name && std::find(names_.begin(), names_.end(), name) == names_.end()) {
      return true;
    }
  }
  return false;
}

// Exchanges the folder for the new one that holds what was written, if that can be done.
bool FilesBeside::exchange() const {
  const std::string above = folder_.parent_path().string();
  if (fs::path(written_).parent_path() != above || runs_in(folder_) || has_others() ||
      !take_rights(written_, folder_.string())) {
    return false;
  }
  flush_folder(written_);
  if (!swap(written_, folder_.string())) return false;
  flush_folder(above);
  remove_folder(written_, names_);
  if (fs::exists(written_)) {
    warn(fmt::format("{}: files that came there meanwhile are in {}", folder_.string(), written_));
  }
  return true;
}

void FilesBeside::put_in_place() const {
  const PlacingLock lock(folder_);
  if (exchange()) return;
  for (const std::string& name : names_) {
    if (fs::exists((*this)(name))) {
      fs::rename((*this)(name), folder_ / name);
    } else {
      fs::remove(folder_ / name);  // of an older model
    }
  }
  flush_folder(folder_.string());
}

}  // namespace tapegrad
