#include "fuzz.hpp"

#include <fcntl.h>
#include <sanitizer/allocator_interface.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <tapegrad/core/parallel.hpp>

namespace fuzz {
namespace {

// Bytes of the allocator that are in use now, and the most since a check began.
std::size_t in_use = 0;
std::size_t most_in_use = 0;

void count_malloc(const volatile void*, std::size_t size) {
  in_use += size;
  if (in_use > most_in_use) most_in_use = in_use;
}

void count_free(const volatile void* block) {
  if (block != nullptr) in_use -= __sanitizer_get_allocated_size(block);
}

// In the folder for temporary files that the caller chose, or else in memory.
std::string new_folder() {
  const char* const chosen = std::getenv("TMPDIR");
  const bool in_memory = std::filesystem::exists("/dev/shm");
  std::string name = chosen != nullptr ? chosen : in_memory ? "/dev/shm" : "/tmp";
  name += "/tapegrad-fuzz-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  return name;
}

void remove_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(folder(), ignored);
}

}  // namespace

const std::string& folder() {
  static const auto* const name = new std::string(new_folder());  // for after the destructors
  return *name;
}

File::File(const std::string& name) : path_(folder() + "/" + name) {
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path());
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  expect(descriptor_ >= 0, "a file in memory can be made");
}

File::~File() {
  ::close(descriptor_);
}

void File::set(std::string_view bytes) const {
  expect(::ftruncate(descriptor_, 0) == 0, "a file in memory can be emptied");
  const ssize_t written = ::pwrite(descriptor_, bytes.data(), bytes.size(), 0);
  expect(written == static_cast<ssize_t>(bytes.size()), "a file in memory can be written");
}

Folder::Folder(const std::string& name, const std::vector<std::string>& files)
    : path_(folder() + "/" + name) {
  for (const std::string& file : files) files_.emplace_back(name + "/" + file);
}

void Folder::set(std::string_view bytes) const {
  const auto contents = unpack(bytes, files_.size());
  for (std::size_t i = 0; i < files_.size(); ++i) files_[i].set(contents[i]);
}

void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "NOT TRUE: %s\n", what);
  std::abort();
}

void expect_named(const std::string& path, const char* text) {
  if (std::string_view(text).find(path) != std::string_view::npos) return;
  std::fprintf(stderr, "the error does not name %s: %s\n", path.c_str(), text);
  std::abort();
}

std::vector<std::string_view> unpack(std::string_view bytes, std::size_t count) {
  std::vector<std::string_view> files(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t end = i + 1 < count ? bytes.find(separator) : std::string_view::npos;
    files[i] = bytes.substr(0, end);
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + separator.size());
  }
  return files;
}

bool is_packed(std::string_view bytes) {
  return bytes.starts_with("\x1F\x8B") || bytes.starts_with("PK");
}

std::size_t take_choice(std::string_view& bytes, std::size_t choices) {
  if (bytes.empty()) return 0;
  const auto first = static_cast<unsigned char>(bytes.front());
  bytes.remove_prefix(1);
  return first % choices;
}

}  // namespace fuzz

// The two functions that libFuzzer calls.
// NOLINTBEGIN(readability-identifier-naming): by these names
extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  tapegrad::set_threads(1);
  __sanitizer_install_malloc_and_free_hooks(fuzz::count_malloc, fuzz::count_free);
  std::atexit(fuzz::remove_folder);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::size_t before = fuzz::in_use;
  fuzz::most_in_use = before;
  fuzz::check({reinterpret_cast<const char*>(data), size});
  const std::size_t most = fuzz::most_in_use - before;
  if (most > fuzz::memory_limit.base + fuzz::memory_limit.factor * size) {
    std::fprintf(stderr, "%zu bytes of memory for %zu bytes of input\n", most, size);
    std::abort();
  }
  return 0;
}
// NOLINTEND(readability-identifier-naming)
