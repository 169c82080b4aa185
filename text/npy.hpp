// NumPy's files of arrays, .npy (numpy.lib.format).
#pragma once

#include <cstddef>
#include <string>
#include <tapegrad/core/array.hpp>
#include <tapegrad/core/files.hpp>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// Writes rows one after the other as an array [N, D] of little-endian float32, format version 1.0.
/// The file is written beside its place and put there by `commit`; without it nothing is left.
/// std::system_error with the path and the reason if it cannot be written, std::invalid_argument
/// for a device or a pipe.
class NpyWriter {
 public:
  NpyWriter(const std::string& path, std::size_t width);

  /// Appends `rows`, [n, D]. ShapeError for another shape.
  void append(const Array& rows);
  /// The same of n D numbers that lie one after the other.
  void append(const Real* values, std::size_t n);
  void commit();

 private:
  OutputFile file_;
  std::size_t rows_ = 0;
  std::size_t width_;
};

/// Writes an array of any shape as .npy. Errors as above.
void write_npy(const std::string& path, const Array& array);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
