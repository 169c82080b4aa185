// Word vectors in word2vec's binary form; text is told from it by its content.
#include "../fuzz.hpp"
#include "../vectors.hpp"

const fuzz::MemoryLimit fuzz::memory_limit = {.factor = 400};

void fuzz::check(std::string_view bytes) {
  static const File file("input.bin");
  if (is_packed(bytes)) return;
  file.set(bytes);
  check_vectors(file.path());
}
