// The header of a safetensors file, which says what its data is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tapegrad/training/safetensors.hpp>
#include <vector>

namespace tapegrad {

/// What a header says; the data of `tensors` is not set, their numbers stand at the bytes
/// [begins[i], begins[i] + bytes_of(tensors[i])) of the data.
struct SafetensorsHeader {
  std::vector<RawTensor> tensors;  // in the order of their data
  std::vector<std::uint64_t> begins;
  Metadata metadata;
};

/// The name under which a header has the metadata.
constexpr const char* safetensors_metadata_name = "__metadata__";
/// The bytes before a header, which hold its length.
constexpr std::size_t safetensors_length_bytes = 8;
/// The most bytes of a header, the bound of the format's own reader.
constexpr std::size_t safetensors_max_header = 100'000'000;

/// The length of the header of a file of `file_size` bytes that begins with these
/// safetensors_length_bytes. FormatError about `path` if it is longer than the file or
/// safetensors_max_header.
std::size_t safetensors_header_length(const char* begin, std::uint64_t file_size,
                                      const std::string& path);

/// Reads a header, which is followed by `data_size` bytes of data. It takes at most a small
/// multiple of the memory that `json` takes. Errors as in SafetensorsFile, about the file `path`.
SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_size,
                                           const std::string& path);

/// A name as an error shows it: quoted, control characters escaped, the end of a long one left out.
std::string quoted_name(const std::string& name);

}  // namespace tapegrad
