// The folder of a classifier: all of its files in one input.
#include "../fuzz.hpp"
#include "../models.hpp"

namespace tg = tapegrad;

const fuzz::MemoryLimit fuzz::memory_limit = {.factor = 400};

void fuzz::check(std::string_view bytes) {
  static const Folder model("model", classifier_files());
  model.set(bytes);
  const auto loaded = accepted(model.path(), [] { return tg::load_model(model.path()); });
  if (!loaded) return;
  encode(*loaded, {"a fine film"});
  expect_saved(*loaded);
}
