// Named arrays in a file: the safetensors format (8 bytes of header length, a JSON header, the
// data).
#pragma once

#include <string>
#include <tapegrad/core/array.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

struct NamedArray {
  std::string name;
  Array array;
};

/// The bytes of a file that holds these arrays as float32 (F32), in this order.
std::string to_safetensors(const std::vector<NamedArray>& arrays);

/// Reads a file's arrays in the order of their data. FormatError for anything that is not such a
/// file: a header too long, tensors that overlap, leave gaps or do not end with the file, a size
/// that does not fit the shape, a type other than F32.
std::vector<NamedArray> read_safetensors(const std::string& path);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
