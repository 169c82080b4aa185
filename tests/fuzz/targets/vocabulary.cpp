// vocab.txt and ngrams.txt. The first byte chooses how long n-grams may be.
#include <tapegrad/core/files.hpp>
#include <tapegrad/text/ngrams.hpp>

#include "../fuzz.hpp"

namespace tg = tapegrad;

const fuzz::MemoryLimit fuzz::memory_limit = {.factor = 400};

void fuzz::check(std::string_view bytes) {
  static const File words("vocab.txt");
  static const File grams("ngrams.txt");
  static const std::string saved = folder() + "/saved";
  const auto order = static_cast<tg::Index>(1 + take_choice(bytes, 6));
  const auto files = unpack(bytes, 2);
  words.set(files[0]);
  const auto vocabulary = accepted(words.path(), [] { return tg::Vocabulary::load(words.path()); });
  if (!vocabulary) return;
  vocabulary->save(saved);
  expect(tg::read_file(saved) == files[0], "a vocabulary is saved as it was read");

  grams.set(files[1]);
  const auto ngrams = accepted(
      grams.path(), [&] { return tg::Ngrams::load(grams.path(), *vocabulary, {.order = order}); });
  if (!ngrams) return;
  ngrams->save(saved, *vocabulary);
  expect(tg::read_file(saved) == files[1], "n-grams are saved as they were read");
}
