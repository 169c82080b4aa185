// What the fuzz targets share. A target is a function `fuzz::check`: it gives the bytes to a
// reader, which may refuse them with an error that names the file, and looks at what comes of those
// that are taken. All else is a finding: a crash, an error of another kind, a promise not kept,
// more memory than the input is worth.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <tapegrad/core/errors.hpp>
#include <vector>

namespace fuzz {

/// The target: defined once in each.
void check(std::string_view bytes);
/// How many bytes a check may hold at one time. Defined beside `check`.
struct MemoryLimit {
  std::size_t factor;                        ///< for each byte of input
  std::size_t base = std::size_t{2} << 20U;  ///< besides
};
extern const MemoryLimit memory_limit;

/// A folder in memory for the files of this process, which is removed at its end.
const std::string& folder();

/// A file in memory, whose content can be changed quickly.
class File {
 public:
  /// `name` may begin with a folder below fuzz::folder(), which is made.
  explicit File(const std::string& name);
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();

  void set(std::string_view bytes) const;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int descriptor_;
};

/// Ends the process with a finding unless `holds`.
void expect(bool holds, const char* what);
/// The same for an error that `path` was refused with: its text must name the file.
void expect_named(const std::string& path, const char* text);

/// What `read` returns; nothing where it refuses the content of `path` (a file, or the folder it
/// lies in) with one of the errors that readers promise.
template <class Read>
auto accepted(const std::string& path, const Read& read) -> std::optional<decltype(read())> {
  try {
    return read();
  } catch (const tapegrad::FormatError& error) {
    expect_named(path, error.what());
  } catch (const std::system_error& error) {
    expect_named(path, error.what());
  }
  return std::nullopt;
}

/// A folder in memory, all of whose files are in one input.
class Folder {
 public:
  Folder(const std::string& name, const std::vector<std::string>& files);

  /// `bytes`: the files one after the other, with `separator` between them.
  void set(std::string_view bytes) const;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::deque<File> files_;
};

constexpr std::string_view separator = "\n%%%%\n";
/// Takes an input apart into `count` files; those that are not there are empty.
std::vector<std::string_view> unpack(std::string_view bytes, std::size_t count);

/// Whether readers would unpack these bytes, which targets/lines.cpp looks at: here it would only
/// make small inputs large.
bool is_packed(std::string_view bytes);

/// Takes the first byte off an input, as a number below `choices`; 0 if there is none.
std::size_t take_choice(std::string_view& bytes, std::size_t choices);

}  // namespace fuzz
