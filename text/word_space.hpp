// Words with their vectors, to be asked which are similar.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tapegrad/text/neighbours.hpp>
#include <tapegrad/text/word_index.hpp>
#include <vector>

namespace tapegrad {

/// a is to b as c is to whom: rows of a WordSpace.
struct Analogy {
  Index a = 0, b = 0, c = 0;
};

inline namespace TAPEGRAD_PRECISION {

/// Words, and the search among their vectors.
class WordSpace {
 public:
  /// `vectors` is [N, D], a row for each word. ShapeError if it is not; std::invalid_argument for a
  /// word that comes twice, and as in NeighbourSearch.
  WordSpace(const std::vector<std::string>& words, Array vectors);

  Index size() const { return search_.size(); }
  /// The word of each row.
  const std::vector<std::string>& words() const { return index_.words(); }
  const std::string& word(Index row) const { return words().at(static_cast<std::size_t>(row)); }
  /// The row of a word; nothing if it is not there.
  std::optional<Index> find(std::string_view word) const;
  const NeighbourSearch& search() const { return search_; }

  /// The k words with the largest cosine to b - a + c, of vectors of length 1; a, b and c are none
  /// of them. (3CosAdd: Levy and Goldberg, CoNLL 2014; it is what word2vec's own programs do.)
  /// IndexError for rows out of range.
  NeighbourLists solve(const std::vector<Analogy>& analogies, Index k) const;

 private:
  WordIndex index_;
  NeighbourSearch search_;
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
