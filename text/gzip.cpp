#include <tapegrad/text/gzip.hpp>

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <system_error>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/text/bytes.hpp>

namespace tapegrad::detail {

GzipReader::GzipReader(const std::string& path)
    : path_(path),
      descriptor_(path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)),
      buffer_(buffer_size(std::size_t{1} << 18U)),
      stream_(std::make_unique<z_stream>()) {
  if (descriptor_ < 0) fail();
  stream_->next_in = buffer_.data();
  constexpr int gzip_window = 15 + 16;  // no other form than gzip, any window
  if (inflateInit2(stream_.get(), gzip_window) != Z_OK) {
    ::close(descriptor_);
    throw std::bad_alloc();
  }
}

GzipReader::~GzipReader() {
  inflateEnd(stream_.get());
  ::close(descriptor_);
}

std::size_t GzipReader::read(char* into, std::size_t size) {
  std::size_t done = 0;
  while (done < size && (state_ != State::between || begin_member())) {
    const bool plain = state_ == State::plain;
    const std::size_t got =
        plain ? copy(into + done, size - done) : unpack(into + done, size - done);
    done += got;
    if (plain && got == 0) break;
  }
  return done;
}

// Whether there is more: another member, or at the beginning what is not packed.
bool GzipReader::begin_member() {
  fill(2);
  const unsigned char* const at = stream_->next_in;
  const bool packed = stream_->avail_in >= 2 && at[0] == 0x1F && at[1] == 0x8B;
  if (!packed && !first_) return false;
  first_ = false;
  state_ = packed ? State::inside : State::plain;
  if (packed) inflateReset(stream_.get());
  return true;
}

std::size_t GzipReader::copy(char* into, std::size_t size) {
  fill(1);
  const std::size_t got = std::min<std::size_t>(size, stream_->avail_in);
  std::memcpy(into, stream_->next_in, got);
  stream_->next_in += got;
  stream_->avail_in -= static_cast<unsigned>(got);
  return got;
}

std::size_t GzipReader::unpack(char* into, std::size_t size) {
  constexpr std::size_t most = std::size_t{1} << 30U;
  const auto wanted = static_cast<unsigned>(std::min(size, most));
  stream_->next_out = reinterpret_cast<unsigned char*>(into);
  stream_->avail_out = wanted;
  while (stream_->avail_out > 0) {
    fill(1);
    const bool ended = stream_->avail_in == 0;
    const int code = inflate(stream_.get(), Z_NO_FLUSH);
    if (code == Z_STREAM_END) {
      state_ = State::between;
      break;
    }
    if (code == Z_BUF_ERROR && ended) damaged("unexpected end of file");
    if (code == Z_MEM_ERROR) throw std::bad_alloc();
    if (code != Z_OK && code != Z_BUF_ERROR) {
      damaged(stream_->msg == nullptr ? "not what inflate expects" : stream_->msg);
    }
  }
  return wanted - stream_->avail_out;
}

// Sees to it that `least` bytes of input are there, if the file has them.
void GzipReader::fill(std::size_t least) {
  if (stream_->avail_in >= least) return;
  std::memmove(buffer_.data(), stream_->next_in, stream_->avail_in);
  stream_->next_in = buffer_.data();
  while (stream_->avail_in < least) {
    unsigned char* const end = buffer_.data() + stream_->avail_in;
    const ssize_t got = ::read(descriptor_, end, buffer_.size() - stream_->avail_in);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail();
    if (got == 0) return;
    stream_->avail_in += static_cast<unsigned>(got);
  }
}

void GzipReader::damaged(const char* reason) const {
  throw FormatError(path_, 0, std::string("damaged or incomplete gzip data: ") + reason);
}

void GzipReader::fail() const {
  throw std::system_error(errno, std::generic_category(), path_ + ": cannot read");
}

}  // namespace tapegrad::detail
