// What is made of word vectors: figures of coverage, and the embedding table.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <tapegrad/core/format.hpp>
#include <tapegrad/text/vectors.hpp>

namespace tapegrad {
namespace {

double percent(Index part, Index whole) {
  return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

/// FNV-1a, the same on every machine as std::hash is not.
std::uint64_t word_key(std::string_view word) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : word) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return hash;
}

double deviation(const Array& values) {
  if (values.size() == 0) return 0.1;
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += static_cast<double>(values.data()[i]);
  double squares = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double distance = static_cast<double>(values.data()[i]) - sum / n;
    squares += distance * distance;
  }
  return std::sqrt(squares / n);
}

}  // namespace

std::string to_string(const Coverage& coverage) {
  return fmt::format("{} of {} words ({:.1f} %), {} of {} tokens ({:.1f} %)",
                     grouped(coverage.types_found), grouped(coverage.types),
                     percent(coverage.types_found, coverage.types), grouped(coverage.tokens_found),
                     grouped(coverage.tokens), percent(coverage.tokens_found, coverage.tokens));
}

Coverage coverage(const WordCounts& counts, const WordFilter& has_vector) {
  Coverage result{counts.types(), 0, counts.tokens(), 0};
  for (const auto& [word, times] : counts.words()) {
    if (!has_vector(word)) continue;
    ++result.types_found;
    result.tokens_found += times;
  }
  return result;
}

inline namespace TAPEGRAD_PRECISION {

Coverage coverage(const Vocabulary& vocabulary, const WordVectors& vectors) {
  Coverage result{vocabulary.size() - 2, 0, 0, 0};
  for (Index id = 0; id < vocabulary.size(); ++id) result.tokens += vocabulary.count(id);
  for (const auto& word : vectors.words) {
    const auto id = vocabulary.find(word);
    if (!id) continue;
    ++result.types_found;
    result.tokens_found += vocabulary.count(*id);
  }
  return result;
}

std::vector<Index> words_with_vector(const Vocabulary& vocabulary, const WordVectors& vectors) {
  std::vector<Index> ids;
  for (const auto& word : vectors.words) {
    if (const auto id = vocabulary.find(word)) ids.push_back(*id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

Array init_table(const Vocabulary& vocabulary, const WordVectors& vectors, const Rng& rng,
                 Missing missing) {
  if (vectors.values.dimension() != 2 || vectors.width() == 0) {
    throw std::invalid_argument("init_table: the vectors are " + to_string(vectors.values.shape()) +
                                ", expected [N, D] with D above 0");
  }
  const auto rows = static_cast<std::size_t>(vocabulary.size());
  const auto width = static_cast<std::size_t>(vectors.width());
  Array table = zeros({rows, width});
  if (missing == Missing::normal) {
    const double scale = deviation(vectors.values);
    for (std::size_t row = Vocabulary::unk; row < rows; ++row) {
      Rng own = rng.split(word_key(vocabulary.words()[row]));
      for (std::size_t d = 0; d < width; ++d) {
        table.data()[row * width + d] = static_cast<Real>(scale * own.normal());
      }
    }
  }
  for (std::size_t i = 0; i < vectors.words.size(); ++i) {
    const auto id = vocabulary.find(vectors.words[i]);
    if (!id) continue;
    const Real* from = vectors.values.data() + i * width;
    std::copy(from, from + width, table.data() + static_cast<std::size_t>(*id) * width);
  }
  return table;
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
