// N-grams: runs of neighbouring words, as entries of a text beside its words.
#pragma once

#include <cstdint>
#include <string>
#include <tapegrad/core/large_vector.hpp>
#include <tapegrad/text/batches.hpp>
#include <tapegrad/text/seeded_hash.hpp>
#include <tapegrad/text/vocabulary.hpp>
#include <vector>

namespace tapegrad {
namespace detail {
class IdSet;

/// The finalizer of MurmurHash3 (Appleby, 2011).
constexpr std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 33U;
  x *= 0xFF51AFD7ED558CCDU;
  x ^= x >> 33U;
  x *= 0xC4CEB9FE1A85EC53U;
  return x ^ (x >> 33U);
}
}  // namespace detail

struct NgramOptions {
  /// N-grams of 2 to `order` words; 1: none.
  Index order = 1;
  /// Those seen fewer times in the training texts are left out; with buckets all are taken.
  Index min_count = 2;
  /// 0: each n-gram has a number of its own. Otherwise all n-grams, seen in training or not, share
  /// so many numbers by their hash, as fastText's do.
  Index buckets = 0;
  /// Each word and n-gram of a text is kept once, however often it occurs; by rising id.
  bool distinct = false;
};

/// Throws std::invalid_argument for an order below 1 or above 100, and a negative min_count or
/// buckets.
void check_ngrams(const NgramOptions& options);

/// The hash of an n-gram of word ids: of the first id h = id, of each further one
/// h = mix(h * 0x9E3779B97F4A7C15 + id).
inline std::uint64_t ngram_hash(const std::int32_t* ids, Index n) {
  constexpr std::uint64_t factor = 0x9E3779B97F4A7C15U;
  auto hash = static_cast<std::uint64_t>(ids[0]);
  for (Index i = 1; i < n; ++i) {
    hash = detail::mix(hash * factor + static_cast<std::uint64_t>(ids[i]));
  }
  return hash;
}

/// Different 64-bit keys, numbered from 0 as they come.
class KeyIndex {
 public:
  KeyIndex();
  /// The number of `key`, a new one if it was not there.
  std::int32_t add(std::uint64_t key);
  /// The number of `key`, -1 if it is not there.
  std::int32_t find(std::uint64_t key) const;
  std::int32_t size() const { return size_; }
  /// Asks for the memory that looking up `key` will need.
  void prefetch(std::uint64_t key) const { __builtin_prefetch(&slots_[home(key)]); }

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::int32_t number = -1;  // free
  };
  std::size_t home(std::uint64_t key) const {
    return static_cast<std::size_t>(detail::seeded_hash(key, 0, seed_)) & (slots_.size() - 1);
  }
  std::size_t place(std::uint64_t key) const;
  void grow();

  detail::HashSeed seed_ = detail::hash_seed();
  std::vector<Slot, AlignedAllocator<Slot>> slots_;  // a power of two, at most half of them taken
  std::int32_t size_ = 0;
};

/// The n-grams that a classifier knows, numbered from 0: by falling frequency in the training
/// texts, equally frequent ones by their length, then by their hash. N-grams are told apart by a
/// hash of 64 bits: of a million, two are taken for one with a probability of 3 in 100 million.
class Ngrams {
 public:
  /// None.
  Ngrams() = default;
  /// Those of the training texts. Errors as in check_ngrams, and std::invalid_argument for more
  /// than 2^31 - 1 of them.
  Ngrams(const EncodedTexts& train, const NgramOptions& options);

  const NgramOptions& options() const { return options_; }
  /// How many numbers there are.
  Index size() const;
  /// The words of n-gram `number`; only without buckets.
  std::vector<std::int32_t> words(Index number) const;

  /// Adds to each text, behind its words, whose ids are below first_id, its n-grams: those of two
  /// words first, by their place in the text. N-gram i gets the id first_id + i; unknown n-grams
  /// are left out. With NgramOptions::distinct, of equal ids one stays. std::invalid_argument for
  /// other ids of words.
  void append_to(EncodedTexts& texts, Index first_id) const;

  /// Leaves out those with a word that has no new id (-1), gives the others the new ids of their
  /// words and new numbers in the same order, and returns their old numbers. Only without buckets.
  std::vector<Index> keep(const std::vector<std::int32_t>& new_ids);

  /// Writes one n-gram a line, its words separated by a space, so that line number - 1 is its
  /// number; with buckets there is nothing to write.
  void save(const std::string& path, const Vocabulary& vocabulary) const;
  /// Reads what `save` wrote. FormatError with the line for fewer than 2 or more than order words,
  /// a word that is not in the vocabulary, or an n-gram that comes again.
  static Ngrams load(const std::string& path, const Vocabulary& vocabulary,
                     const NgramOptions& options);
  /// Hashed ones, which need no file.
  static Ngrams hashed(const NgramOptions& options);

 private:
  std::int32_t number(std::uint64_t hash) const;
  void add(const std::int32_t* ids, Index n);
  void append_text(const EncodedTexts& texts, Index t, Index first_id, detail::IdSet& set,
                   LargeVector<std::int32_t>& out) const;

  NgramOptions options_;
  KeyIndex numbers_;
  std::vector<std::int32_t> words_;  // of all n-grams, one after the other
  std::vector<Index> starts_ = {0};  // [size + 1], in words_
};

}  // namespace tapegrad
