// Different words, numbered as they come.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tapegrad {

/// Numbers words from 0 in the order in which they first come. A hash table with open addressing
/// whose entries hold words of up to eight bytes themselves, so that looking up most words of a
/// text costs one access to memory.
class WordIndex {
 public:
  WordIndex();

  /// The number of `word`, a new one if it was not there.
  std::int32_t add(std::string_view word);
  /// All words; the position is the number.
  const std::vector<std::string>& words() const { return words_; }
  /// How many there are.
  std::int32_t size() const { return static_cast<std::int32_t>(words_.size()); }

 private:
  struct Slot {
    std::uint64_t key = 0;     // the bytes of a short word, a hash of a longer one
    std::uint32_t length = 0;  // of the word
    std::int32_t number = -1;  // free
  };
  bool holds(const Slot& slot, std::uint64_t key, std::string_view word) const;
  std::size_t free_or_same(std::uint64_t key, std::string_view word) const;
  void grow();

  std::vector<Slot> slots_;  // a power of two, at most half of them taken
  std::vector<std::string> words_;
};

}  // namespace tapegrad
