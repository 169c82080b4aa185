#include <tapegrad/text/npy.hpp>

#include <fmt/format.h>

#include <bit>
#include <filesystem>
#include <stdexcept>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

static_assert(sizeof(Real) == 4 && std::endian::native == std::endian::little,
              "arrays are written as they lie in memory, and called <f4");

// The header of an array of float32: the array begins behind it, on a multiple of 64 bytes. It has
// the same length whatever the sizes, up to two dimensions.
std::string header_of(const Shape& shape) {
  std::string sizes;
  for (const std::size_t size : shape) sizes += fmt::format("{}, ", size);
  if (shape.size() > 1) sizes.resize(sizes.size() - 2);
  if (shape.size() == 1) sizes.pop_back();
  std::string text =
      fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}), }}", sizes);
  constexpr std::size_t prefix = 10;
  std::size_t total = 128;
  while (total < prefix + text.size() + 1) total += 64;
  text.resize(total - prefix - 1, ' ');
  const auto length = static_cast<unsigned>(text.size() + 1);
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(length & 0xFFU);
  header += static_cast<char>(length >> 8U);
  return header + text + '\n';
}

// The same path, unless it is that of a device or a pipe: the header is written last.
const std::string& on_disk(const std::string& path) {
  namespace fs = std::filesystem;
  const fs::file_status status = fs::status(path);
  if (!fs::exists(status) || fs::is_regular_file(status) || fs::is_directory(status)) return path;
  throw std::invalid_argument(
      fmt::format("{}: is a device or a pipe, a .npy needs a file on a disk", path));
}

}  // namespace

NpyWriter::NpyWriter(const std::string& path, std::size_t width)
    : file_(on_disk(path)), width_(width) {
  const std::string header = header_of({0, width});
  file_.append(header.data(), header.size());
}

void NpyWriter::append(const Array& rows) {
  check_shape(rows.dimension() == 2 && rows.shape()[1] == width_, "NpyWriter", "rows", rows.shape(),
              fmt::format("[n, {}]", width_));
  append(rows.data(), rows.shape()[0]);
}

void NpyWriter::append(const Real* values, std::size_t n) {
  file_.append(values, n * width_ * sizeof(Real));
  rows_ += n;
}

void NpyWriter::commit() {
  const std::string header = header_of({rows_, width_});
  file_.write_at(0, header.data(), header.size());
  file_.commit();
}

void write_npy(const std::string& path, const Array& array) {
  OutputFile file(path);
  const std::string header = header_of(array.shape());
  file.append(header.data(), header.size());
  file.append(array.data(), array.size() * sizeof(Real));
  file.commit();
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
