#include <tapegrad/text/input.hpp>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace tapegrad {

LineReader::LineReader(const std::string& path, ReadProgress progress)
    : bytes_(path, std::move(progress)),
      buffer_(detail::buffer_size(std::size_t{1} << 20U), '\0') {}

bool LineReader::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) buffer_.resize(2 * buffer_.size());
  const std::size_t got = bytes_.read(buffer_.data() + end_, buffer_.size() - end_);
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
    : ChunkReader(std::make_unique<ByteReader>(path), chunk_size) {}

ChunkReader::ChunkReader(std::unique_ptr<ByteReader> bytes, std::size_t chunk_size)
    : bytes_(std::move(bytes)),
      chunk_size_(detail::buffer_size(chunk_size)),
      buffer_(std::min(chunk_size_, first_chunk), '\0') {}

bool ChunkReader::next(std::string_view& chunk) {
  std::memmove(buffer_.data(), buffer_.data() + taken_, end_ - taken_);
  if (taken_ > 0) buffer_.resize(std::max(buffer_.size(), chunk_size_));
  end_ -= taken_;
  taken_ = 0;
  while (taken_ == 0) {
    if (end_ == buffer_.size()) buffer_.resize(2 * buffer_.size());
    const std::size_t got = bytes_->read(buffer_.data() + end_, buffer_.size() - end_);
    end_ += got;
    const std::size_t newline = std::string_view(buffer_.data(), end_).rfind('\n');
    if (newline != std::string_view::npos) taken_ = newline + 1;
    if (got == 0) break;
  }
  if (taken_ == 0) taken_ = end_;  // a last line without LF
  chunk = {buffer_.data(), taken_};
  return taken_ > 0;
}

std::string read_text(const std::string& path, const ReadProgress& progress) {
  ByteReader source(path, progress);
  std::error_code unknown;  // for standard input
  const auto expected = std::filesystem::file_size(path, unknown);
  std::string bytes(unknown ? std::size_t{1} << 20U : static_cast<std::size_t>(expected) + 1, '\0');
  std::size_t size = 0;
  constexpr std::size_t piece = std::size_t{1} << 26U;  // so that progress is told now and then
  while (const std::size_t got =
             source.read(bytes.data() + size, std::min(bytes.size() - size, piece))) {
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
