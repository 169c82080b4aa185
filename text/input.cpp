#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/text/input.hpp>
#include <vector>

namespace tapegrad {
namespace {

// Fuzzing reads with small buffers, so that small files get to their ends and cost little.
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
constexpr bool fuzzing = true;
#else
constexpr bool fuzzing = false;
#endif
constexpr unsigned gzip_buffer = fuzzing ? 1U << 8U : 1U << 18U;
constexpr std::size_t line_buffer = fuzzing ? std::size_t{1} << 6U : std::size_t{1} << 20U;
constexpr std::size_t fuzzed_chunk = std::size_t{1} << 8U;

}  // namespace

/// A file behind zlib, which hands plain files through unchanged.
class LineReader::Source {
 public:
  explicit Source(const std::string& path) : path_(path) {
    errno = 0;
    file_ = path == "-" ? gzdopen(::dup(STDIN_FILENO), "rb") : gzopen(path.c_str(), "rb");
    if (file_ == nullptr) fail();
    gzbuffer(file_, gzip_buffer);
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  ~Source() { gzclose(file_); }

  /// Reads up to `size` bytes; 0 at the end of the file.
  std::size_t read(char* into, std::size_t size) {
    errno = 0;
    const int got = gzread(file_, into, static_cast<unsigned>(std::min(size, max_read)));
    int code = Z_OK;
    const char* reason = gzerror(file_, &code);
    if (code == Z_ERRNO) fail();
    if (code != Z_OK && code != Z_STREAM_END) {
      throw FormatError(path_, 0, std::string("damaged or incomplete gzip data: ") + reason);
    }
    return static_cast<std::size_t>(std::max(got, 0));
  }

  const std::string& path() const { return path_; }

 private:
  static constexpr std::size_t max_read = 1U << 30U;

  [[noreturn]] void fail() const {
    throw std::system_error(errno == 0 ? ENOMEM : errno, std::generic_category(),
                            path_ + ": cannot read");
  }

  std::string path_;
  gzFile file_ = nullptr;
};

LineReader::LineReader(const std::string& path)
    : source_(std::make_unique<Source>(path)), buffer_(line_buffer, '\0') {}

LineReader::~LineReader() = default;

const std::string& LineReader::path() const {
  return source_->path();
}

bool LineReader::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) buffer_.resize(2 * buffer_.size());
  const std::size_t got = source_->read(buffer_.data() + end_, buffer_.size() - end_);
  end_ += got;
  return got > 0;
}

bool LineReader::next(std::string_view& line) {
  std::size_t searched = 0;
  while (true) {
    const char* first = buffer_.data() + begin_;
    const std::size_t size = end_ - begin_;
    const void* newline = std::memchr(first + searched, '\n', size - searched);
    if (newline != nullptr) {
      line = {first, static_cast<std::size_t>(static_cast<const char*>(newline) - first)};
      begin_ += line.size() + 1;
      break;
    }
    searched = size;
    if (fill()) continue;
    if (size == 0) return false;
    line = {buffer_.data() + begin_, end_ - begin_};
    begin_ = end_;
    ++number_;
    return true;
  }
  if (line.ends_with('\r')) line.remove_suffix(1);
  ++number_;
  return true;
}

namespace {
constexpr std::size_t first_chunk = std::size_t{1} << 22U;  // small files need no more
}  // namespace

ChunkReader::ChunkReader(const std::string& path, std::size_t chunk_size)
    : chunk_size_(fuzzing ? fuzzed_chunk : chunk_size),
      buffer_(std::min(chunk_size_, first_chunk), '\0') {
  std::error_code ignored;  // Source says what is wrong
  if (path != "-" && std::filesystem::is_regular_file(path, ignored)) {
    plain_ = std::make_unique<InputFile>(path);
    unsigned char magic[2] = {};
    plain_->read(0, magic, sizeof magic);
    if (magic[0] == 0x1F && magic[1] == 0x8B) plain_.reset();
  }
  if (!plain_) packed_ = std::make_unique<LineReader::Source>(path);
}

ChunkReader::~ChunkReader() = default;

std::size_t ChunkReader::read(char* into, std::size_t size) {
  if (packed_) return packed_->read(into, size);
  constexpr std::size_t piece = std::size_t{1} << 20U;
  std::vector<std::size_t> got((size + piece - 1) / piece);
  parallel_for(got.size(), [&](std::size_t i) {
    const std::size_t at = i * piece;
    got[i] = plain_->read(offset_ + at, into + at, std::min(piece, size - at));
  });
  std::size_t total = 0;
  for (std::size_t i = 0; i < got.size() && total == i * piece; ++i) total += got[i];
  offset_ += total;
  return total;
}

bool ChunkReader::next(std::string_view& chunk) {
  std::memmove(buffer_.data(), buffer_.data() + taken_, end_ - taken_);
  if (taken_ > 0) buffer_.resize(std::max(buffer_.size(), chunk_size_));
  end_ -= taken_;
  taken_ = 0;
  while (taken_ == 0) {
    if (end_ == buffer_.size()) buffer_.resize(2 * buffer_.size());
    const std::size_t got = read(buffer_.data() + end_, buffer_.size() - end_);
    end_ += got;
    const std::size_t newline = std::string_view(buffer_.data(), end_).rfind('\n');
    if (newline != std::string_view::npos) taken_ = newline + 1;
    if (got == 0) break;
  }
  if (taken_ == 0) taken_ = end_;  // a last line without LF
  chunk = {buffer_.data(), taken_};
  return taken_ > 0;
}

std::string read_text(const std::string& path) {
  LineReader::Source source(path);
  std::error_code unknown;  // for standard input
  const auto expected = std::filesystem::file_size(path, unknown);
  std::string bytes(unknown ? std::size_t{1} << 20U : static_cast<std::size_t>(expected) + 1, '\0');
  std::size_t size = 0;
  while (const std::size_t got = source.read(bytes.data() + size, bytes.size() - size)) {
    size += got;
    if (size == bytes.size()) bytes.resize(2 * size);
  }
  bytes.resize(size);
  return bytes;
}

bool next_line(std::string_view& rest, std::string_view& line) {
  if (rest.empty()) return false;
  const std::size_t newline = rest.find('\n');
  line = rest.substr(0, newline);
  rest.remove_prefix(newline == std::string_view::npos ? rest.size() : newline + 1);
  if (newline != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

}  // namespace tapegrad
