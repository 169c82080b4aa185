#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/text/line_stream.hpp>
#include <utility>
#include <vector>

namespace tapegrad {
namespace {

constexpr std::size_t block = std::size_t{1} << 18U;

/// Bytes of a file descriptor, as they come.
class Bytes {
 public:
  explicit Bytes(const std::string& path)
      : path_(path),
        owned_(path != "-"),
        descriptor_(owned_ ? ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)
                           : STDIN_FILENO) {  // a pipe without a writer is waited for in `ready`
    if (descriptor_ < 0) fail();
  }
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  ~Bytes() {
    if (owned_) ::close(descriptor_);
  }

  /// Whether a read would return at once; waits for that as long as told, or until a signal comes.
  bool ready(int milliseconds) const {
    pollfd wait{descriptor_, POLLIN, 0};
    return ::poll(&wait, 1, milliseconds) > 0;
  }

  /// The number of bytes that were there, 0 at the end; nothing if it has to be tried again.
  std::optional<std::size_t> read(char* into, std::size_t size) const {
    const ssize_t got = ::read(descriptor_, into, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR && errno != EAGAIN) fail();
    return std::nullopt;
  }

  const std::string& path() const { return path_; }
  ReadAmount amount() const { return detail::read_amount(descriptor_); }

 private:
  [[noreturn]] void fail() const {
    throw std::system_error(errno, std::generic_category(), path_ + ": cannot read");
  }

  std::string path_;
  bool owned_;
  int descriptor_;
};

/// Unpacks gzip data that is handed over piece by piece.
class Unpacker {
 public:
  explicit Unpacker(const std::string& path) : path_(path) {
    constexpr int gzip_header = 16;
    if (inflateInit2(&stream_, MAX_WBITS + gzip_header) != Z_OK) throw std::bad_alloc();
  }
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;
  ~Unpacker() { inflateEnd(&stream_); }

  /// Takes from the front of `packed` what makes up to `size` bytes; returns their number.
  std::size_t unpack(std::string_view& packed, char* into, std::size_t size) {
    if (ended_ && !packed.empty()) next_member(packed);
    if (packed.empty()) return 0;
    size = std::min(size, most_at_once);
    // zlib's interface has no const; it does not write there.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream_.avail_in = static_cast<uInt>(packed.size());
    stream_.next_out = reinterpret_cast<Bytef*>(into);
    stream_.avail_out = static_cast<uInt>(size);
    const int code = inflate(&stream_, Z_NO_FLUSH);
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
      fail(stream_.msg == nullptr ? "unknown reason" : stream_.msg);
    }
    ended_ = code == Z_STREAM_END;
    packed.remove_prefix(packed.size() - stream_.avail_in);
    return size - stream_.avail_out;
  }

  /// Called when there is no more packed data.
  void finish() const {
    if (!ended_) fail("unexpected end of file");
  }

 private:
  // Another gzip file may follow the first. Anything else is left out, as gzip does.
  void next_member(std::string_view& packed) {
    if (!garbage_ && packed[0] == '\x1F') {
      inflateReset(&stream_);
      ended_ = false;
      return;
    }
    if (!std::exchange(garbage_, true)) warn(path_ + ": bytes behind the gzip data are left out");
    packed = {};
  }

  [[noreturn]] void fail(const char* reason) const {
    throw FormatError(path_, 0, std::string("damaged or incomplete gzip data: ") + reason);
  }

  static constexpr std::size_t most_at_once = std::size_t{1} << 30U;

  std::string path_;
  z_stream stream_{};
  bool ended_ = false;
  bool garbage_ = false;
};

}  // namespace

/// Bytes, unpacked if they are gzip data.
class LineStream::Source {
 public:
  explicit Source(const std::string& path) : bytes_(path), raw_(block, '\0') {}

  /// Whether `read` has something to do without waiting for the file.
  bool ready(int milliseconds) const { return !drained() || bytes_.ready(milliseconds); }

  /// As Bytes::read: the number of bytes put into `into`, 0 at the end, nothing if none came.
  std::optional<std::size_t> read(char* into, std::size_t size) {
    if (drained()) {
      if (!refill()) return std::nullopt;
      if (pending_.size() == held_back_) {  // the end
        kind_known_ = true;
        held_back_ = 0;
        if (unpacker_) unpacker_->finish();
        if (pending_.empty()) return 0;
      }
      if (!kind_known_ && !find_kind()) return std::nullopt;
    }
    if (!unpacker_) {
      const std::size_t got = std::min(size, pending_.size());
      std::memcpy(into, pending_.data(), got);
      pending_.remove_prefix(got);
      return got;
    }
    const std::size_t got = unpacker_->unpack(pending_, into, size);
    return got > 0 ? std::optional(got) : std::nullopt;
  }
  ReadAmount amount() const { return bytes_.amount(); }

 private:
  bool drained() const { return !kind_known_ || pending_.empty(); }

  // Reads behind the few bytes that may be held back.
  bool refill() {
    const std::size_t kept = held_back_ = pending_.size();
    const auto got = bytes_.read(raw_.data() + kept, raw_.size() - kept);
    if (!got) return false;
    pending_ = {raw_.data(), kept + *got};
    return true;
  }

  // Packed data begins with bytes that no text begins with; false if more of them have to come.
  bool find_kind() {
    constexpr std::string_view gzip = "\x1F\x8B", zip = "PK\x03\x04";
    for (const std::string_view first : {gzip, zip}) {
      if (pending_.size() < first.size() && first.starts_with(pending_)) return false;
    }
    kind_known_ = true;
    if (pending_.starts_with(gzip)) unpacker_.emplace(bytes_.path());
    if (pending_.starts_with(zip)) {
      throw FormatError(bytes_.path(), 0,
                        "expected lines of text, plain or gzip, found a zip archive; \"unzip -p\" "
                        "writes what is in it");
    }
    return true;
  }

  Bytes bytes_;
  std::vector<char> raw_;
  std::string_view pending_;  // what of raw_ was read and not handed out
  std::size_t held_back_ = 0;
  bool kind_known_ = false;
  std::optional<Unpacker> unpacker_;
};

LineStream::LineStream(const std::string& path, std::function<bool()> stop)
    : source_(std::make_unique<Source>(path)), stop_(std::move(stop)), buffer_(block, '\0') {}

LineStream::~LineStream() = default;

ReadAmount LineStream::amount() const {
  return source_->amount();
}

LineStream::Filled LineStream::fill(bool wait) {
  constexpr int second = 1000;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    searched_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) buffer_.resize(2 * buffer_.size());
  while (!ended_) {
    if (stop_ && stop_()) return Filled::end;
    if (!source_->ready(wait ? second : 0)) {
      if (!wait) return Filled::nothing_yet;
      continue;
    }
    const auto got = source_->read(buffer_.data() + end_, buffer_.size() - end_);
    if (!got) continue;
    end_ += *got;
    if (*got > 0) return Filled::more;
    ended_ = true;
  }
  return Filled::end;
}

bool LineStream::find_line_end() {
  const void* newline = std::memchr(buffer_.data() + searched_, '\n', end_ - searched_);
  searched_ = newline == nullptr
                  ? end_
                  : static_cast<std::size_t>(static_cast<const char*>(newline) - buffer_.data());
  return newline != nullptr;
}

bool LineStream::ready() {
  while (!find_line_end()) {
    const Filled filled = fill(false);
    if (filled != Filled::more) return filled == Filled::end;
  }
  return true;
}

bool LineStream::next(std::string_view& line) {
  while (!find_line_end()) {
    if (fill(true) == Filled::more) continue;
    if (stop_ && stop_()) return false;
    line = {buffer_.data() + begin_, end_ - begin_};
    begin_ = searched_ = end_;
    return !line.empty();
  }
  line = {buffer_.data() + begin_, searched_ - begin_};
  begin_ = ++searched_;
  if (line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

}  // namespace tapegrad
