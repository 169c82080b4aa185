#include <tapegrad/text/word_space.hpp>

#include <fmt/core.h>

#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

WordSpace::WordSpace(const std::vector<std::string>& words, Array vectors)
    : search_(std::move(vectors)) {
  check_shape(search_.unit_rows().shape()[0] == words.size(), "WordSpace", "vectors",
              search_.unit_rows().shape(), fmt::format("[{}, D]", words.size()));
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (static_cast<std::size_t>(index_.add(words[i])) == i) continue;
    throw std::invalid_argument(
        fmt::format("WordSpace: word {}, \"{}\", comes twice", i, words[i]));
  }
}

std::optional<Index> WordSpace::find(std::string_view word) const {
  const std::int32_t row = index_.find(word);
  if (row < 0) return std::nullopt;
  return row;
}

NeighbourLists WordSpace::solve(const std::vector<Analogy>& analogies, Index k) const {
  const Array& unit = search_.unit_rows();
  const std::size_t width = unit.shape()[1];
  const auto row_of = [&](Index row) {
    if (row < 0 || row >= size()) {
      throw IndexError(fmt::format("WordSpace: row {} is out of range [0, {})", row, size()));
    }
    return unit.data() + static_cast<std::size_t>(row) * width;
  };
  Array queries(Shape{analogies.size(), width});
  std::vector<std::vector<Index>> excluded;
  for (std::size_t n = 0; n < analogies.size(); ++n) {
    const Analogy& each = analogies[n];
    const Real *a = row_of(each.a), *b = row_of(each.b), *c = row_of(each.c);
    for (std::size_t i = 0; i < width; ++i) queries.data()[n * width + i] = b[i] - a[i] + c[i];
    excluded.push_back({each.a, each.b, each.c});
  }
  return search_.nearest(queries, k, excluded);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
