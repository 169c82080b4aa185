// The folder of a sequence-to-sequence model: all of its files in one input.
#include "../fuzz.hpp"
#include "../models.hpp"

namespace tg = tapegrad;

const fuzz::MemoryLimit fuzz::memory_limit = {.factor = 400, .base = std::size_t{20} << 20U};

void fuzz::check(std::string_view bytes) {
  static const Folder model("model", seq2seq_files());
  model.set(bytes);
  const auto loaded = accepted(model.path(), [] { return tg::load_seq2seq(model.path()); });
  if (loaded) expect_saved(*loaded);
}
