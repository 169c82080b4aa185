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

/// The bytes before a header, which hold its length.
constexpr std::size_t safetensors_length_bytes = 8;

/// The length of the header of a file of `file_size` bytes that begins with these
/// safetensors_length_bytes. FormatError about `path` if it is longer than the file or 100 MB.
std::size_t safetensors_header_length(const char* begin, std::uint64_t file_size,
                                      const std::string& path);

/// Reads a header, which is followed by `data_size` bytes of data. It takes at most a small
/// multiple of the memory that `json` takes. Errors as in SafetensorsFile, about the file `path`.
SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_size,
                                           const std::string& path);

/// The header of a file that holds these tensors in this order. Errors as in write_safetensors.
std::string safetensors_header(const std::vector<RawTensor>& tensors, const Metadata& metadata);

}  // namespace tapegrad
