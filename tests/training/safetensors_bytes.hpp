// Safetensors files as bytes, and what reading them says.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/training/safetensors.hpp>
#include <vector>

#include <temporary.hpp>

namespace safetensors {

using tapegrad::FormatError;
using tapegrad::RawTensor;
using tapegrad::SafetensorsFile;
using namespace std::string_literals;

// A file by https://github.com/huggingface/safetensors, "Format": the header's length in 8 bytes,
// the lowest first, the header, the data.
inline std::string file_of(const std::string& header, const std::string& data) {
  std::string bytes;
  for (std::size_t i = 0; i < 8; ++i) bytes += static_cast<char>(header.size() >> (8 * i) & 0xFFU);
  return bytes + header + data;
}

inline const std::string one = "\x00\x00\x80\x3f"s;        // 1.0F
inline const std::string minus_two = "\x00\x00\x00\xc0"s;  // -2.0F

struct Opened {
  TemporaryDirectory directory;
  SafetensorsFile file;
  explicit Opened(const std::string& bytes) : file(directory.file("m.safetensors", bytes)) {}
};

inline std::string read_error(const std::string& bytes) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("m.safetensors", bytes);
  return error_of<FormatError>([&] { SafetensorsFile{path}; }).substr(path.size());
}

inline std::string header_error(const std::string& header, const std::string& data = {}) {
  return read_error(file_of(header, data));
}

// The one entry of a file of one float, some parts of which are wrong.
inline std::string entry_error(const std::string& entry, const std::string& data = one) {
  return header_error(R"({"w":)" + entry + "}", data);
}

inline std::string written(const std::vector<RawTensor>& tensors,
                           const tapegrad::Metadata& metadata = {}) {
  const TemporaryDirectory directory;
  write_safetensors(directory / "m", tensors, metadata);
  return tapegrad::read_file(directory / "m");
}

}  // namespace safetensors
