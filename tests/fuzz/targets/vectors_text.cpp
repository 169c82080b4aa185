// Word vectors as text: GloVe's, fastText's and word2vec's.
#include "../fuzz.hpp"
#include "../vectors.hpp"

const fuzz::MemoryLimit fuzz::memory_limit = {.factor = 400};

void fuzz::check(std::string_view bytes) {
  static const File file("input");
  if (is_packed(bytes)) return;
  file.set(bytes);
  check_vectors(file.path());
}
