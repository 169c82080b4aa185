// Sets of ids that come out sorted.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tapegrad::detail {

/// A set of ids below a bound: one bit for each id, and one for each word of 64 such bits, so that
/// few empty words are looked at. Filling and emptying it is several times as fast as sorting.
class IdSet {
 public:
  /// Empty; for ids in [0, bound).
  explicit IdSet(std::size_t bound) : words_(bound / 64 + 1), used_(words_.size() / 64 + 1) {}

  void add(std::int32_t id) {
    const auto at = static_cast<std::size_t>(id);
    words_[at / 64] |= std::uint64_t{1} << at % 64;
    used_[at / 4096] |= std::uint64_t{1} << at / 64 % 64;
  }

  /// Calls take(id) for all ids in rising order, and leaves the set empty.
  template <class Take>
  void empty(const Take& take) {
    for_each_bit(used_, 0, used_.size(), [&](std::size_t word) {
      for_each_bit(words_, word, word + 1,
                   [&](std::size_t id) { take(static_cast<std::int32_t>(id)); });
    });
  }

 private:
  // Clears the words [begin, end), and calls body(bit) for the bits that were set.
  template <class Body>
  static void for_each_bit(std::vector<std::uint64_t>& words, std::size_t begin, std::size_t end,
                           const Body& body) {
    for (std::size_t at = begin; at < end; ++at) {
      for (std::uint64_t left = words[at]; left != 0; left &= left - 1) {
        body(64 * at + static_cast<std::size_t>(std::countr_zero(left)));
      }
      words[at] = 0;
    }
  }

  std::vector<std::uint64_t> words_;
  std::vector<std::uint64_t> used_;  // which of words_ are not 0
};

}  // namespace tapegrad::detail
