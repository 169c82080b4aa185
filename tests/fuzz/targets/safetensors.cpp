// Tensors in a file.
#include <tapegrad/training/safetensors.hpp>

#include <cstring>
#include <stdexcept>

#include "../fuzz.hpp"

namespace tg = tapegrad;

const fuzz::MemoryLimit fuzz::memory_limit = {.factor = 400};

namespace {

std::string bytes_of(const tg::SafetensorsFile& file, const tg::RawTensor& tensor) {
  std::string bytes(tg::bytes_of(tensor), '\0');
  file.copy(tensor, bytes.data());
  return bytes;
}

// What was read is written, and read again as the same.
void check_written(const tg::SafetensorsFile& file) {
  static const std::string saved = fuzz::folder() + "/saved";
  try {
    tg::write_safetensors(saved, file.tensors(), file.metadata());
  } catch (const std::invalid_argument&) {
    return;  // a name that we do not write
  }
  const tg::SafetensorsFile again(saved);
  fuzz::expect(again.metadata() == file.metadata(), "metadata comes back");
  fuzz::expect(again.tensors().size() == file.tensors().size(), "as many tensors come back");
  for (const tg::RawTensor& tensor : file.tensors()) {
    const tg::RawTensor* const found = again.find(tensor.name);
    fuzz::expect(found != nullptr, "names come back");
    fuzz::expect(found->dtype == tensor.dtype && found->shape == tensor.shape,
                 "types and shapes come back");
    fuzz::expect(bytes_of(again, *found) == bytes_of(file, tensor), "numbers come back");
  }
}

}  // namespace

void fuzz::check(std::string_view bytes) {
  static const File input("input");
  input.set(bytes);
  const auto file = accepted(input.path(), [] { return tg::SafetensorsFile(input.path()); });
  if (!file) return;
  for (const tg::RawTensor& tensor : file->tensors()) {
    const auto array = accepted(input.path(), [&] { return file->array(tensor); });
    expect(array.has_value() == tg::is_float(tensor.dtype), "floats are arrays");
  }
  check_written(*file);
}
