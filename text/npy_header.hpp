// Reading NumPy's files of arrays, .npy (numpy.lib.format), that anybody may have written.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tapegrad::detail {

/// What stands before the numbers of a .npy.
struct NpyHeader {
  std::string type;                ///< as NumPy writes it: "<f4"
  bool fortran_order = false;      ///< the first index moves fastest
  std::vector<std::size_t> shape;  ///< the product of its sizes may be larger than any number
  std::size_t size = 0;            ///< bytes from the start of the file to the first number
};

/// The largest size that read_npy_header takes, in bytes.
constexpr std::size_t max_npy_header = 1U << 16U;

/// Reads the header at the start of `bytes`, versions 1 to 3, without structured types. `path` is
/// for errors: FormatError with what was expected and found if it is malformed, cut, or larger than
/// max_npy_header.
NpyHeader read_npy_header(const std::string& path, std::string_view bytes);

}  // namespace tapegrad::detail
