// Preloaded into a program under test (LD_PRELOAD), makes files fail at a chosen moment.
//
//   FAULT_FOLDER  calls that change a file below this folder are counted, from 1
//   FAULT_COUNT   a file that gets one byte for each of them
//   FAULT         what happens at call number N: "kill:N" ends the process as kill -9 does;
//                 "ENOSPC:N" and "EIO:N" let it and all later ones fail, except those that remove
//                 a file. A write is done by half first.
//   FAULT_CUT     PATH: the file is cut to its half when it is read or mapped first
//   FAULT_REMOVE  PATH: the file is removed then
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// The path of an open file.
std::string path_of(int descriptor) {
  char path[PATH_MAX + 1] = {};
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  return ::readlink(link.c_str(), path, PATH_MAX) > 0 ? path : "";
}

bool counted(const std::string& path) {
  static const std::string folder = variable("FAULT_FOLDER");
  return !folder.empty() && path.rfind(folder, 0) == 0;
}

void add_to_count() {
  static const std::string path = variable("FAULT_COUNT");
  if (path.empty()) return;
  static const int descriptor = next<int(const char*, int, ...)>("open")(
      path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  next<ssize_t(int, const void*, size_t)>("write")(descriptor, ".", 1);
}

enum class Now { fine, die, fail };

// Counts a call that changes the file `path`, and says what is to happen; sets errno for a failure.
Now now(const std::string& path) {
  static const std::string fault = variable("FAULT");
  static const std::size_t colon = fault.find(':');
  static const long moment =
      colon == std::string::npos ? LONG_MAX : std::stol(fault.substr(colon + 1));
  static long calls = 0;
  if (!counted(path)) return Now::fine;
  add_to_count();
  if (++calls < moment) return Now::fine;
  if (fault.rfind("kill", 0) == 0) return Now::die;
  errno = fault.rfind("EIO", 0) == 0 ? EIO : ENOSPC;
  return Now::fail;
}

[[noreturn]] void die() {
  std::raise(SIGKILL);
  std::abort();
}

// A call that takes a path or changes nothing by half.
template <class Call>
int change(const std::string& path, const Call& call) {
  switch (now(path)) {
    case Now::die:
      die();
    case Now::fail:
      return -1;
    case Now::fine:
      break;
  }
  return call();
}

// `half` writes the first half of the bytes.
template <class Half, class Call>
ssize_t change_bytes(int descriptor, const Half& half, const Call& call) {
  const Now then = now(path_of(descriptor));
  if (then == Now::fine) return call();
  const int error = errno;
  half();
  if (then == Now::die) die();
  errno = error;
  return -1;
}

// A file is read for the first time.
void before_reading(int descriptor) {
  static const std::string cut = variable("FAULT_CUT");
  static const std::string removed = variable("FAULT_REMOVE");
  static bool done = false;
  if (done || (cut.empty() && removed.empty())) return;
  const std::string path = path_of(descriptor);
  struct stat status {};
  if (path == cut && ::fstat(descriptor, &status) == 0) {
    done = true;
    if (::truncate(path.c_str(), status.st_size / 2) != 0) std::abort();
  } else if (path == removed) {
    done = true;
    next<int(const char*)>("unlink")(path.c_str());
  }
}

int open_with(const char* name, const char* path, int flags, mode_t mode) {
  const auto call = [&] { return next<int(const char*, int, ...)>(name)(path, flags, mode); };
  const bool writes = (flags & O_ACCMODE) != O_RDONLY && (flags & O_CREAT) != 0;
  return writes ? change(path, call) : call();
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_with("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_with("open64", path, flags, mode);
}

ssize_t write(int descriptor, const void* bytes, size_t size) {
  static auto* const real = next<ssize_t(int, const void*, size_t)>("write");
  return change_bytes(
      descriptor, [&] { real(descriptor, bytes, size / 2); },
      [&] { return real(descriptor, bytes, size); });
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  static auto* const real = next<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  return change_bytes(
      descriptor, [&] { real(descriptor, bytes, size / 2, offset); },
      [&] { return real(descriptor, bytes, size, offset); });
}

int fsync(int descriptor) {
  return change(path_of(descriptor), [&] { return next<int(int)>("fsync")(descriptor); });
}

int fdatasync(int descriptor) {
  return change(path_of(descriptor), [&] { return next<int(int)>("fdatasync")(descriptor); });
}

int ftruncate(int descriptor, off_t size) noexcept {
  return change(path_of(descriptor),
                [&] { return next<int(int, off_t)>("ftruncate")(descriptor, size); });
}

int rename(const char* from, const char* to) noexcept {
  return change(to, [&] { return next<int(const char*, const char*)>("rename")(from, to); });
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned flags) noexcept {
  using Function = int(int, const char*, int, const char*, unsigned);
  return change(
      to, [&] { return next<Function>("renameat2")(from_folder, from, to_folder, to, flags); });
}

int mkdir(const char* path, mode_t mode) noexcept {
  return change(path, [&] { return next<int(const char*, mode_t)>("mkdir")(path, mode); });
}

// What removes a file works on a full disk.
int unlink(const char* path) noexcept {
  if (now(path) == Now::die) die();
  return next<int(const char*)>("unlink")(path);
}

int remove(const char* path) noexcept {
  if (now(path) == Now::die) die();
  return next<int(const char*)>("remove")(path);
}

ssize_t read(int descriptor, void* into, size_t size) {
  before_reading(descriptor);
  static auto* const real = next<ssize_t(int, void*, size_t)>("read");
  return real(descriptor, into, size);
}

ssize_t pread(int descriptor, void* into, size_t size, off_t offset) {
  before_reading(descriptor);
  static auto* const real = next<ssize_t(int, void*, size_t, off_t)>("pread");
  return real(descriptor, into, size, offset);
}

void* mmap(void* address, size_t size, int protection, int flags, int descriptor,
           off_t offset) noexcept {
  static auto* const real = next<void*(void*, size_t, int, int, int, off_t)>("mmap");
  void* const mapped = real(address, size, protection, flags, descriptor, offset);
  if (descriptor >= 0) before_reading(descriptor);
  return mapped;
}

}  // extern "C"
