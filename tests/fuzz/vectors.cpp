#include "vectors.hpp"

#include <cmath>
#include <cstring>
#include <stdexcept>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/text/vectors_binary.hpp>
#include <tapegrad/text/vectors_save.hpp>

#include "fuzz.hpp"

namespace tg = tapegrad;

namespace fuzz {
namespace {

bool same_bits(const tg::Array& a, const tg::Array& b) {
  return a.shape() == b.shape() &&
         (a.size() == 0 || std::memcmp(a.data(), b.data(), a.size() * sizeof(tg::Real)) == 0);
}

void expect_same(const tg::WordVectors& a, const tg::WordVectors& b, const char* what) {
  expect(a.words == b.words && same_bits(a.values, b.values), what);
}

// They come back from the file that they were saved in. A binary file whose bytes look like
// numbers is taken for text, which is left out here.
void check_saved(const tg::WordVectors& vectors, tg::VectorForm form) {
  static const std::string saved = folder() + "/saved";
  try {
    tg::save_vectors(saved, vectors.words, vectors.values, form);
  } catch (const std::invalid_argument&) {
    return;  // a word that the form cannot hold
  }
  const bool binary = tg::detail::is_word2vec_binary(tg::read_file(saved));
  if (binary != (form == tg::VectorForm::binary)) return;
  expect_same(tg::load_vectors(saved, any_word), vectors, "vectors come back from a file");
}

}  // namespace

bool any_word(std::string_view /*word*/) {
  return true;
}

void check_vectors(const std::string& path) {
  const auto load = [&](tg::Malformed policy) {
    return accepted(folder(),
                    [&] { return tg::load_vectors(path, any_word, {.malformed = policy}); });
  };
  const auto strict = load(tg::Malformed::strict);
  int warnings = 0;
  const tg::LogSink before = tg::set_warning_sink([&](const std::string&) { ++warnings; });
  const auto skip = load(tg::Malformed::skip);
  tg::set_warning_sink(before);
  expect(skip.has_value() || !strict, "what is not malformed is accepted with both policies");
  if (!skip) return;
  expect(strict.has_value() || warnings > 0, "what is left out is told");
  expect(!strict || skip->malformed == 0, "what is accepted has no malformed entries");
  if (strict) expect_same(*strict, *skip, "both policies give the same vectors");

  const auto rows = static_cast<tg::Index>(skip->words.size());
  expect(rows + skip->duplicates == skip->lines, "each entry is a vector or a repetition");
  expect(skip->values.shape()[0] == skip->words.size(), "each word has a row");
  for (const tg::Real value : skip->values) expect(std::isfinite(value), "all numbers are finite");
  check_saved(*skip, tg::VectorForm::text);
  check_saved(*skip, tg::VectorForm::binary);
}

}  // namespace fuzz
