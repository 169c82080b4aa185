// Word vectors as NumPy writes them: an input is a .npy file and its words, or an .npz archive.
#include "../fuzz.hpp"
#include "../vectors.hpp"

const fuzz::MemoryLimit fuzz::memory_limit = {.factor = 20640};  // deflate makes 1032 bytes of one

void fuzz::check(std::string_view bytes) {
  static const File archive("input.npz");
  static const File array("input.npy");
  static const File words("input.words.txt");
  if (is_packed(bytes)) {
    archive.set(bytes);
    check_vectors(archive.path());
    return;
  }
  const auto files = unpack(bytes, 2);
  array.set(files[0]);
  words.set(files[1]);
  check_vectors(array.path());
}
