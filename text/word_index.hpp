// Different words, numbered as they come.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tapegrad/core/array.hpp>
#include <tapegrad/text/word_key.hpp>
#include <vector>

namespace tapegrad {

/// Numbers words from 0 in the order in which they first come. A hash table with open addressing
/// whose entries hold words of up to 16 bytes themselves, so that looking up most words of a text
/// costs one access to memory.
class WordIndex {
 public:
  WordIndex();

  /// The number of a word, a new one if it was not there.
  std::int32_t add(std::string_view word) { return add(key_of(word)); }
  std::int32_t add(const WordKey& key);
  /// The number of a word, -1 if it is not there.
  std::int32_t find(std::string_view word) const { return find(key_of(word)); }
  std::int32_t find(const WordKey& key) const { return slots_[place(key)].number; }
  /// Asks for the memory that looking up `key` will need.
  void prefetch(const WordKey& key) const { __builtin_prefetch(&slots_[home(key)]); }
  /// All words; the position is the number.
  const std::vector<std::string>& words() const { return words_; }
  /// How many there are.
  std::int32_t size() const { return static_cast<std::int32_t>(words_.size()); }

 private:
  struct Slot {
    std::uint64_t low = 0, high = 0;  // of the key
    std::uint32_t length = 0;         // of the word
    std::int32_t number = -1;         // free
  };
  std::size_t home(const WordKey& key) const {
    return static_cast<std::size_t>(key.hash(seed_)) & (slots_.size() - 1);
  }
  bool holds(const Slot& slot, const WordKey& key) const;
  std::size_t place(const WordKey& key) const;
  void grow();

  detail::HashSeed seed_ = detail::hash_seed();
  std::vector<Slot, AlignedAllocator<Slot>> slots_;  // a power of two, at most half of them taken
  std::vector<std::string> words_;
};

inline bool WordIndex::holds(const Slot& slot, const WordKey& key) const {
  const std::size_t length = key.word.size();
  if (((slot.low ^ key.low) | (slot.high ^ key.high) | (slot.length ^ length)) != 0) return false;
  return length <= WordKey::short_word || words_[static_cast<std::size_t>(slot.number)] == key.word;
}

// The slot that holds the word, or the free one where the search for it ends. The empty word looks
// like a free slot, whose number is the right answer too.
inline std::size_t WordIndex::place(const WordKey& key) const {
  std::size_t at = home(key);
  while (!holds(slots_[at], key) && slots_[at].number >= 0) at = (at + 1) & (slots_.size() - 1);
  return at;
}

}  // namespace tapegrad
