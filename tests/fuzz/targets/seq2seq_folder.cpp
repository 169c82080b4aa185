// The folder of a sequence-to-sequence model: all of its files in one input.
#include "../fuzz.hpp"
#include "../models.hpp"

namespace tg = tapegrad;

const std::size_t fuzz::memory_factor = 400;

void fuzz::check(std::string_view bytes) {
  static const Folder model("model", seq2seq_files());
  model.set(bytes);
  const auto loaded = accepted(model.path(), [] { return tg::load_seq2seq(model.path()); });
  if (loaded) expect_saved(*loaded);
}
