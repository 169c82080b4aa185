// Binary copies of files of word vectors.
//
// The form, version 2 (which checks that words are UTF-8); numbers are little-endian (on a machine
// that is not, files are not shared with others: byte_order tells):
//
//   header   128 bytes: struct CacheHeader
//   values   rows x width float32; row i is the i-th vector of the text, repeated words too
//   index    rows x 16 bytes: struct CacheRow
//   words    the words one after the other, UTF-8, word_bytes bytes
//
// Nothing of a row is believed before its hash was compared; that of the index and the words
// together stands in the header, and the header's own at its end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tapegrad/text/vectors.hpp>

namespace tapegrad::detail {

/// What tells whether a copy is of a file as it is now.
struct SourceStamp {
  std::uint64_t size = 0;    ///< bytes
  std::int64_t changed = 0;  ///< nanoseconds since 1970
  std::uint64_t sample = 0;  ///< hash of 64 pieces of 4 KB, spread evenly
  friend bool operator==(const SourceStamp&, const SourceStamp&) = default;
};

struct CacheHeader {
  char magic[16] = {};           ///< "tapegrad vectors"
  std::uint32_t version = 0;     ///< 2
  std::uint32_t byte_order = 0;  ///< 0x01020304
  SourceStamp source;
  std::uint64_t rows = 0;
  std::uint64_t width = 0;
  std::uint64_t word_bytes = 0;
  std::uint64_t index_hash = 0;  ///< of index and words
  std::uint64_t unused[5] = {};  ///< 0
  std::uint64_t header_hash = 0;
};
static_assert(sizeof(CacheHeader) == 128);

struct CacheRow {
  std::uint64_t word_end = 0;  ///< where its word ends in words, and the next begins
  std::uint32_t hash = 0;      ///< of its values
  std::uint32_t flags = 0;     ///< repeated, bad_numbers

  static constexpr std::uint32_t repeated = 1;     ///< the word has come before
  static constexpr std::uint32_t bad_numbers = 2;  ///< not all fields are finite numbers
};
static_assert(sizeof(CacheRow) == 16);

/// The hash of header, index, words and (its lower half) a row's values; that of several pieces has
/// the hash of those before as `hash`. Eight bytes at a time; against damage, not against malice.
std::uint64_t cache_hash(const void* bytes, std::size_t size, std::uint64_t hash = 0);

/// The file that holds the copy of the file `path` in a folder: its name, a hash of its full path,
/// and ".vectors".
std::string cache_file(const std::string& path, const std::string& folder);

/// The vectors of the wanted words from the copy of the file `path` (or archive:member) in the
/// folder options.cache, which is made first if need be. Nothing, if they must come from the file
/// itself: it is no file on a disk, the copy cannot be made, or entries of it are malformed. So a
/// copy is of a file without malformed entries, and answers for both policies.
std::optional<WordVectors> load_cached(const std::string& path, const WordFilter& wanted,
                                       const VectorOptions& options);

}  // namespace tapegrad::detail
