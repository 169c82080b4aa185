#include <tapegrad/text/bytes.hpp>

#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/text/gzip.hpp>
#include <utility>

namespace tapegrad {
namespace {

bool is_regular(const std::string& file) {
  std::error_code ignored;  // who opens it says what is wrong
  return file != "-" && std::filesystem::is_regular_file(file, ignored);
}

bool begins_with(const InputFile& file, std::string_view magic) {
  std::string bytes(magic.size(), '\0');
  bytes.resize(file.read(0, bytes.data(), bytes.size()));
  return bytes == magic;
}

bool is_zip(const InputFile& file) {
  return begins_with(file, "PK\x03\x04") || begins_with(file, "PK\x05\x06");
}

}  // namespace

class ByteReader::Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;
  virtual std::size_t read(char* into, std::size_t size) = 0;
  virtual ReadAmount amount() const = 0;
};

namespace {

class PlainSource final : public ByteReader::Source {
 public:
  /// `size`: that of the file when it was opened.
  PlainSource(std::string path, InputFile file, std::uint64_t size)
      : path_(std::move(path)), file_(std::move(file)), size_(size) {}

  std::size_t read(char* into, std::size_t size) override {
    constexpr std::size_t piece = std::size_t{1} << 20U;
    std::vector<std::size_t> got((size + piece - 1) / piece);
    parallel_for(got.size(), [&](std::size_t i) {
      const std::size_t at = i * piece;
      got[i] = file_.read(offset_ + at, into + at, std::min(piece, size - at));
    });
    std::size_t total = 0;
    for (std::size_t i = 0; i < got.size() && total == i * piece; ++i) total += got[i];
    offset_ += total;
    if (total < size && offset_ < size_) {
      throw FormatError(path_, 0,
                        "was cut short while it was read, from " + std::to_string(size_) + " to " +
                            std::to_string(offset_) + " bytes");
    }
    return total;
  }
  ReadAmount amount() const override { return {offset_, size_}; }

 private:
  std::string path_;
  InputFile file_;
  std::uint64_t size_;
  std::uint64_t offset_ = 0;
};

class GzipSource final : public ByteReader::Source {
 public:
  explicit GzipSource(const std::string& path) : reader_(path) {}
  std::size_t read(char* into, std::size_t size) override { return reader_.read(into, size); }
  ReadAmount amount() const override { return reader_.amount(); }

 private:
  detail::GzipReader reader_;
};

class Archive {
 public:
  explicit Archive(const std::string& file) : file_(file) {
    int code = 0;
    zip_ = zip_open(file.c_str(), ZIP_RDONLY, &code);
    if (zip_ != nullptr) return;
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string reason = zip_error_strerror(&error);
    zip_error_fini(&error);
    throw FormatError(file, 0, "damaged or incomplete zip archive: " + reason);
  }
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;
  ~Archive() { zip_discard(zip_); }

  zip_t* get() const { return zip_; }

  std::vector<std::string> members() const {
    std::vector<std::string> names;
    const zip_int64_t entries = zip_get_num_entries(zip_, 0);
    for (zip_int64_t i = 0; i < entries; ++i) {
      const char* const name = zip_get_name(zip_, static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW);
      if (name == nullptr) throw FormatError(file_, 0, "damaged zip archive: a name is missing");
      const std::string_view view(name);
      if (!view.ends_with('/') && !view.starts_with("__MACOSX/")) names.emplace_back(view);
    }
    return names;
  }

  /// The member that a place names, or else the only one.
  std::string member(const std::string& named) const {
    const std::vector<std::string> all = members();
    if (named.empty() && all.size() == 1) return all[0];
    if (!named.empty() && std::find(all.begin(), all.end(), named) != all.end()) return named;
    std::string message =
        named.empty()
            ? "expected one file in the archive, or the name of one as " + file_ + ":NAME, found "
            : "expected the file \"" + named + "\" in it, found ";
    if (all.empty()) message += "none";
    constexpr std::size_t most = 20;
    for (std::size_t i = 0; i < std::min(all.size(), most); ++i) {
      message += (i == 0 ? "" : ", ") + all[i];
    }
    if (all.size() > most) message += " and " + std::to_string(all.size() - most) + " more";
    throw FormatError(file_, 0, message);
  }

 private:
  std::string file_;
  zip_t* zip_ = nullptr;
};

class ZipSource final : public ByteReader::Source {
 public:
  explicit ZipSource(const InputPlace& place) : path_(place.name()), archive_(place.file) {
    const std::string member = archive_.member(place.member);
    file_ = zip_fopen(archive_.get(), member.c_str(), ZIP_FL_ENC_RAW);
    if (file_ == nullptr) fail(zip_strerror(archive_.get()));
    zip_stat_t status;
    const bool known = zip_stat(archive_.get(), member.c_str(), ZIP_FL_ENC_RAW, &status) == 0 &&
                       (status.valid & ZIP_STAT_SIZE) != 0;
    if (known) amount_.total = status.size;
  }
  ~ZipSource() override {
    if (file_ != nullptr) zip_fclose(file_);
  }

  std::size_t read(char* into, std::size_t size) override {
    std::size_t done = 0;
    while (done < size) {
      const zip_int64_t got = zip_fread(file_, into + done, size - done);
      if (got < 0) fail(zip_file_strerror(file_));
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    amount_.done += done;
    return done;
  }
  ReadAmount amount() const override { return amount_; }

 private:
  [[noreturn]] void fail(const char* reason) const {
    throw FormatError(path_, 0, std::string("damaged or unreadable zip data: ") + reason);
  }

  std::string path_;
  Archive archive_;
  zip_file_t* file_ = nullptr;
  ReadAmount amount_;  // unpacked: libzip does not tell how far it is in the archive
};

std::unique_ptr<ByteReader::Source> open_source(const InputPlace& place) {
  if (!is_regular(place.file)) return std::make_unique<GzipSource>(place.file);
  InputFile file(place.file);
  const std::uint64_t size = file.size();
  if (is_zip(file)) return std::make_unique<ZipSource>(place);
  if (!place.member.empty()) {
    throw FormatError(place.file, 0,
                      "expected a zip archive with the file \"" + place.member + "\" in it");
  }
  if (begins_with(file, "\x1F\x8B")) return std::make_unique<GzipSource>(place.file);
  return std::make_unique<PlainSource>(place.file, std::move(file), size);
}

}  // namespace

InputPlace input_place(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return {path};
  for (auto colon = path.find(':'); colon != std::string::npos; colon = path.find(':', colon + 1)) {
    const std::string file = path.substr(0, colon);
    if (is_regular(file)) return {file, path.substr(colon + 1)};
  }
  return {path};
}

bool is_zip(const std::string& file) {
  try {
    return is_regular(file) && is_zip(InputFile(file));
  } catch (const std::system_error&) {
    return false;
  }
}

std::vector<std::string> zip_members(const std::string& file) {
  return Archive(file).members();
}

ReadAmount detail::read_amount(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return {};
  const off_t position = ::lseek(descriptor, 0, SEEK_CUR);
  if (position < 0) return {};
  return {static_cast<std::uint64_t>(position), static_cast<std::uint64_t>(status.st_size)};
}

ByteReader::ByteReader(const InputPlace& place, ReadProgress progress)
    : path_(place.name()), source_(open_source(place)), progress_(std::move(progress)) {}

ByteReader::~ByteReader() = default;

std::string_view ByteReader::head(std::size_t size) {
  if (head_.empty()) {
    head_.resize(size);
    head_.resize(source_->read(head_.data(), size));
  }
  return head_;
}

std::size_t ByteReader::read(char* into, std::size_t size) {
  const std::size_t again = std::min(size, head_.size() - given_);
  std::memcpy(into, head_.data() + given_, again);
  given_ += again;
  if (again == size) return size;
  const std::size_t got = source_->read(into + again, size - again);
  if (progress_) progress_(path_, source_->amount());
  return again + got;
}

}  // namespace tapegrad
