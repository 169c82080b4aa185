// Tensors in a file.
#include <tapegrad/training/safetensors.hpp>

#include "../fuzz.hpp"

namespace tg = tapegrad;

const std::size_t fuzz::memory_factor = 300;

void fuzz::check(std::string_view bytes) {
  static const File file("input");
  file.set(bytes);
  const auto arrays = accepted(file.path(), [] { return tg::read_safetensors(file.path()); });
  if (!arrays) return;
  const std::string written = tg::to_safetensors(*arrays);
  file.set(written);
  const auto again = tg::read_safetensors(file.path());
  expect(again.size() == arrays->size(), "as many tensors come back");
  for (std::size_t i = 0; i < again.size(); ++i) {
    expect(again[i].name == (*arrays)[i].name, "names come back");
    expect(again[i].array.shape() == (*arrays)[i].array.shape(), "shapes come back");
  }
  expect(tg::to_safetensors(again) == written, "the same tensors give the same bytes");
}
