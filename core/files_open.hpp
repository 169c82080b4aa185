// Open files and unfinished ones: what the writing of files and of folders of files share.
#pragma once

#include <functional>
#include <string>

namespace tapegrad::detail {

/// Throws std::system_error: "PATH: cannot ACTION: " and the reason in errno.
[[noreturn]] void fail(const std::string& path, const char* action);

/// An open file that is closed when it goes out of scope.
class OpenFile {
 public:
  /// Takes an open file over; -1: none.
  explicit OpenFile(int descriptor = -1) : descriptor_(descriptor) {}
  /// std::system_error if it cannot be opened; `action` as in `fail`.
  OpenFile(const std::string& path, int flags, const char* action);
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  OpenFile(OpenFile&& other) noexcept : descriptor_(other.release()) {}
  OpenFile& operator=(OpenFile&& other) noexcept;
  ~OpenFile() { close(); }

  int descriptor() const { return descriptor_; }
  /// Closes now, so that an error at closing is seen; false if there is one.
  bool close();
  /// Leaves closing to the caller.
  int release();

 private:
  int descriptor_;
};

/// The name of a file or folder on its way to `path`: that, ".unfinished-" and six letters or
/// digits that nobody can foresee. With "FOLDER/" as `path` it is in the folder.
std::string unfinished_name(const std::string& path);

/// Marks a new file or folder as being written, until it is closed. False if another process has
/// removed it as abandoned before that. A file system that knows no locks goes without.
bool mark_unfinished(int descriptor, const std::string& path);

/// Calls `remove` for all files and folders with an `unfinished_name` of `path` whose process has
/// ended. Whatever fails is left as it is.
void remove_abandoned(const std::string& path,
                      const std::function<void(const std::string&)>& remove);

}  // namespace tapegrad::detail
