// Word vectors as text: GloVe's, fastText's and word2vec's.
#include <cmath>
#include <tapegrad/text/vectors.hpp>

#include "../fuzz.hpp"

namespace tg = tapegrad;

const std::size_t fuzz::memory_factor = 300;

void fuzz::check(std::string_view bytes) {
  static const File file("input");
  if (is_packed(bytes)) return;
  file.set(bytes);
  const auto vectors = accepted(file.path(), [] {
    return tg::load_vectors(file.path(), [](std::string_view) { return true; });
  });
  if (!vectors) return;
  const auto rows = static_cast<tg::Index>(vectors->words.size());
  expect(rows + vectors->duplicates == vectors->lines, "each line is a vector or a repetition");
  expect(vectors->values.shape() == tg::Shape{vectors->words.size(), vectors->values.shape()[1]},
         "each word has a row");
  for (const tg::Real value : vectors->values)
    expect(std::isfinite(value), "all numbers are finite");
}
