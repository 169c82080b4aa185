#include <tapegrad/core/files_open.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <random>
#include <string_view>
#include <system_error>
#include <utility>

namespace tapegrad::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::size_t characters_behind = 6;

std::string unfinished_prefix(const std::string& path) {
  return path + ".unfinished-";
}

bool is_unfinished(std::string_view name, std::string_view of) {
  return name.size() == of.size() + characters_behind && name.starts_with(of) &&
         name.find_first_not_of(characters, of.size()) == std::string_view::npos;
}

}  // namespace

void fail(const std::string& path, const char* action) {
  throw std::system_error(errno, std::generic_category(), path + ": cannot " + action);
}

OpenFile::OpenFile(const std::string& path, int flags, const char* action)
    : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) fail(path, action);
}

OpenFile& OpenFile::operator=(OpenFile&& other) noexcept {
  if (this != &other) {
    close();
    descriptor_ = other.release();
  }
  return *this;
}

bool OpenFile::close() {
  const int descriptor = release();
  return descriptor < 0 || ::close(descriptor) == 0;
}

int OpenFile::release() {
  return std::exchange(descriptor_, -1);
}

std::string unfinished_name(const std::string& path) {
  std::random_device random;
  std::uniform_int_distribution<std::size_t> any(0, characters.size() - 1);
  std::string name = unfinished_prefix(path);
  for (std::size_t i = 0; i < characters_behind; ++i) name += characters[any(random)];
  return name;
}

bool mark_unfinished(int descriptor, const std::string& path) {
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
  struct stat own {};
  struct stat there {};
  return ::fstat(descriptor, &own) == 0 && ::lstat(path.c_str(), &there) == 0 &&
         own.st_dev == there.st_dev && own.st_ino == there.st_ino;
}

void remove_abandoned(const std::string& path,
                      const std::function<void(const std::string&)>& remove) {
  const fs::path prefix = unfinished_prefix(path);
  const fs::path folder = prefix.parent_path();
  const std::string name = prefix.filename().string();
  std::error_code error;
  fs::directory_iterator entry(folder.empty() ? fs::path(".") : folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (!is_unfinished(entry->path().filename().string(), name)) continue;
    const fs::file_type type = entry->symlink_status(error).type();
    if (type != fs::file_type::regular && type != fs::file_type::directory) continue;
    const OpenFile opened(
        ::open(entry->path().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (opened.descriptor() < 0 || ::flock(opened.descriptor(), LOCK_EX | LOCK_NB) != 0) continue;
    remove(entry->path().string());
  }
}

}  // namespace tapegrad::detail
