// Pretrained word vectors, and the embedding tables made of them.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <tapegrad/core/array.hpp>
#include <tapegrad/core/rng.hpp>
#include <tapegrad/text/bytes.hpp>
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

/// What is done about entries of a file that are malformed.
enum class Malformed {
  strict,  ///< FormatError
  skip,    ///< they are left out, counted, and told with `warn`
};

struct VectorOptions {
  /// A folder for binary copies of vector files, from which they load many times faster; it is made
  /// if it is missing. Empty: none. A copy that is missing, damaged or not of the file as it is now
  /// (size, time of change, a sample of the content) is made, from all entries of the file. Where
  /// that fails, vectors are loaded as without a cache. Not cached are files that have malformed
  /// entries, other than with numbers that are not finite, and .npy and .npz, which load as fast.
  /// Its form: text/vectors_cache.hpp.
  std::string cache = {};
  Malformed malformed = Malformed::strict;
  ReadProgress progress = {};  ///< of the file; a copy in the cache loads too fast to be told of
};

inline namespace TAPEGRAD_PRECISION {

/// Vectors of some words.
struct WordVectors {
  std::vector<std::string> words;  ///< the word of each row, in the order of the file
  Array values;                    ///< [N, D]
  Index lines = 0;                 ///< vectors in the file, wanted or not, without malformed ones
  Index duplicates = 0;            ///< wanted words that came again; their first vector counts
  std::string cache_written = {};  ///< the file that this call put into the cache, if it did
  Index malformed = 0;             ///< entries left out with Malformed::skip

  /// The width D.
  Index width() const { return static_cast<Index>(values.shape()[1]); }
};

/// Reads the vectors of the words that `wanted` accepts, on all threads. The form is told by the
/// content, whatever the name is:
///
/// - Text: a word and D numbers a line, separated by single spaces; spaces at the end and CRLF are
///   no matter. With a first line COUNT DIM (fastText's .vec, word2vec's text) D is DIM, without
///   (GloVe) what most of the first lines have. The last D fields are the vector and what comes
///   before is the word, spaces and all (GloVe 840B has such words).
/// - word2vec's binary form: a line COUNT DIM, then for each word its bytes, a space, DIM
///   little-endian float32, and perhaps a line end.
/// - .npz: the arrays `words` [N] (of type <U or S) and `vectors` [N, D] (<f4, <f8 or <f2, in C
///   order), as np.savez and np.savez_compressed write them.
/// - .npy: the array [N, D] alone. The words are in NAME.words.txt or NAME.txt, one a line.
///
/// The first two may be packed with gzip, or be the only file of a zip archive, or one of several:
/// "glove.6B.zip:glove.6B.100d.txt" (a file that is really called so comes first); or "-", standard
/// input. D is at most 2^20. Of a word that comes again the first vector counts.
///
/// With Malformed::strict FormatError with the line, or the entry and its byte, for: an empty file;
/// an entry without a word and D numbers; a word that is not UTF-8; fewer or more entries than
/// announced; a binary file that is cut. These are checked on every entry; that each number is
/// finite, only on those of wanted words. The error is that of the first such entry. Text without a
/// line end at its end, which may be cut within its last number, is told with `warn`. With
/// Malformed::skip all of these entries are left out, and one warning has their numbers by kind. An
/// error under both: a file that is none of these forms, damaged gzip and zip data, malformed .npy
/// headers, words that are not as many as vectors in .npy and .npz. A cache that is of no use is
/// told with `warn`, and never an error.
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
