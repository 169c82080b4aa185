// Pretrained word vectors in text form: GloVe's, and fastText's and word2vec's with a first line
// COUNT DIM.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <tapegrad/core/array.hpp>
#include <tapegrad/core/rng.hpp>
#include <tapegrad/text/vocabulary.hpp>
#include <vector>

namespace tapegrad {

/// Says whether a word's vector is wanted. It is asked from several threads at once.
using WordFilter = std::function<bool(std::string_view)>;

/// How many of a text's words have a vector.
struct Coverage {
  Index types = 0;         ///< different words
  Index types_found = 0;   ///< those with a vector
  Index tokens = 0;        ///< all words of the text
  Index tokens_found = 0;  ///< those with a vector
};

/// "12,345 of 13,000 words (95.0 %), 1,000,000 of 1,010,000 tokens (99.0 %)"
std::string to_string(const Coverage& coverage);

/// The coverage of all counted words.
Coverage coverage(const WordCounts& counts, const WordFilter& has_vector);

/// What a word without a pretrained vector starts with.
enum class Missing {
  normal,  ///< normal numbers with mean 0 and the standard deviation of all values found
  zeros,
};

struct VectorOptions {
  /// A folder for binary copies of vector files, from which they load many times faster; it is made
  /// if it is missing. Empty: none. A copy that is missing, damaged or not of the file as it is now
  /// (size, time of change, a sample of the content) is made, from all lines of the file. Where
  /// that fails, vectors are loaded as without a cache. Its form: text/vectors_cache.hpp.
  std::string cache = {};
};

inline namespace TAPEGRAD_PRECISION {

/// Vectors of some words.
struct WordVectors {
  std::vector<std::string> words;  ///< the word of each row, in the order of the file
  Array values;                    ///< [N, D]
  Index lines = 0;                 ///< vectors in the file, wanted or not
  Index duplicates = 0;            ///< wanted words that came again; their first vector counts
  std::string cache_written = {};  ///< the file that this call put into the cache, if it did

  /// The width D.
  Index width() const { return static_cast<Index>(values.shape()[1]); }
};

/// Reads the vectors of the words that `wanted` accepts from a plain or gzip file ("-" is standard
/// input), on all threads. Fields are
/// separated by single spaces; the last D of a line are its vector and what comes before is the
/// word, spaces and all (GloVe 840B has such words). D is DIM of the first line, or else what most
/// of the first lines have.
///
/// FormatError with the line for an empty file, an empty line, a missing word, fewer than D
/// numbers, more than D numbers, fewer or more lines than COUNT. These are checked on every line;
/// that each field is a finite number, only on lines of wanted words. The error is that of the
/// first such line. A cache that is of no use is told with `warn`, and never an error.
WordVectors load_vectors(const std::string& path, const WordFilter& wanted,
                         const VectorOptions& options = {});
/// The same for the words of a vocabulary.
WordVectors load_vectors(const std::string& path, const Vocabulary& vocabulary,
                         const VectorOptions& options = {});

/// The coverage of a vocabulary's words by the counts it was made with. Words left out count among
/// the tokens without a vector, but not among the words.
Coverage coverage(const Vocabulary& vocabulary, const WordVectors& vectors);

/// The ids of a vocabulary's words that have a vector, increasing: the rows of `init_table` that
/// are pretrained.
std::vector<Index> words_with_vector(const Vocabulary& vocabulary, const WordVectors& vectors);

/// An embedding table [V, D]: zeros for <pad>, their vector for words that have one, and what
/// `missing` says for the others and <unk>. A row's random numbers depend on the seed of `rng` and
/// its word alone. With no vector found at all, `normal` has deviation 0.1. std::invalid_argument
/// if `vectors` have no width.
Array init_table(const Vocabulary& vocabulary, const WordVectors& vectors, const Rng& rng,
                 Missing missing = Missing::normal);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
