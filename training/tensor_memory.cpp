#include <tapegrad/training/tensor_memory.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

namespace tapegrad::inline TAPEGRAD_PRECISION {

void check_memory(const SafetensorsFile& file, const std::string& moved, std::uint64_t more,
                  std::uint64_t available) {
  // In double: a file with holes may be so long that the sum is larger than any integer.
  auto needed = static_cast<double>(more);
  double largest = 0;
  for (const RawTensor& tensor : file.tensors()) {
    const std::size_t size = size_of(tensor.dtype);
    const std::size_t numbers = bytes_of(tensor) / size;
    const double bytes = static_cast<double>(numbers) *
                         static_cast<double>(is_float(tensor.dtype) ? sizeof(Real) : size);
    needed += bytes;
    if (tensor.name != moved) largest = std::max(largest, bytes);
  }
  needed += largest;
  if (needed <= static_cast<double>(available)) return;
  throw std::runtime_error(fmt::format("{}: loading takes {:.0f} bytes, {} are available in memory",
                                       file.path(), needed, available));
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
