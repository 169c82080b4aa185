#include <tapegrad/text/packed_file.hpp>

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>
#include <vector>

namespace tapegrad {

class PackedFile::Packer {
 public:
  Packer() {
    constexpr int gzip_header = 16;
    if (deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + gzip_header, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;
  ~Packer() { deflateEnd(&stream_); }

  /// Packs `bytes`, at most 4 GB; `flush` is Z_NO_FLUSH, or Z_FINISH for the last ones.
  void write(std::string_view bytes, int flush, OutputFile& file) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_.next_out = packed_.data();
      stream_.avail_out = static_cast<uInt>(packed_.size());
      deflate(&stream_, flush);
      file.append(packed_.data(), packed_.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

 private:
  z_stream stream_ = {};
  std::vector<Bytef> packed_ = std::vector<Bytef>(std::size_t{1} << 16U);
};

PackedFile::PackedFile(const std::string& path) : file_(path) {
  if (path.ends_with(".gz")) packer_ = std::make_unique<Packer>();
}

PackedFile::~PackedFile() = default;

void PackedFile::append(std::string_view bytes) {
  if (!packer_) {
    file_.append(bytes.data(), bytes.size());
    return;
  }
  constexpr std::size_t most = std::size_t{1} << 30U;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(most, bytes.size()))) {
    packer_->write(bytes.substr(0, most), Z_NO_FLUSH, file_);
  }
}

void PackedFile::commit() {
  if (packer_) packer_->write({}, Z_FINISH, file_);
  file_.commit();
}

}  // namespace tapegrad
