// Bytes packed as gzip and zip do it, for tests of what is read.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

/// `bytes` as a gzip file.
inline std::string gzipped(const std::string& bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib: deflateInit2");
  }
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// The `size` lowest bytes of a number, the lowest first.
inline std::string little_endian(std::uint64_t number, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i, number >>= 8U) bytes += static_cast<char>(number & 0xFFU);
  return bytes;
}

/// A zip archive (PKWARE's APPNOTE 4.3) of files (name, bytes) that are stored as they are.
inline std::string zipped(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string archive;
  std::string directory;
  for (const auto& [name, bytes] : files) {
    const auto crc =
        crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
    std::string common = little_endian(20, 2);    // version
    common.append(little_endian(0, 4));           // flags, method
    common.append(little_endian(0x00210000, 4));  // 1980-01-01
    common.append(little_endian(crc, 4));
    common.append(little_endian(bytes.size(), 4)).append(little_endian(bytes.size(), 4));
    common.append(little_endian(name.size(), 2)).append(little_endian(0, 2));
    directory.append("PK\x01\x02").append(little_endian(20, 2)).append(common);
    directory.append(little_endian(0, 10)).append(little_endian(archive.size(), 4)).append(name);
    archive.append("PK\x03\x04").append(common).append(name).append(bytes);
  }
  const std::size_t begin = archive.size();
  archive.append(directory).append("PK\x05\x06").append(little_endian(0, 4));
  archive.append(little_endian(files.size(), 2)).append(little_endian(files.size(), 2));
  archive.append(little_endian(directory.size(), 4)).append(little_endian(begin, 4));
  return archive.append(little_endian(0, 2));
}
