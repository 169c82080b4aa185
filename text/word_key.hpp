// Words as numbers that can be compared and hashed at once.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <tapegrad/text/seeded_hash.hpp>

namespace tapegrad {

/// A word ready to be looked up in a WordIndex.
struct WordKey {
  /// Words of so many bytes or fewer are short: `low` and `high` are the word itself.
  static constexpr std::size_t short_word = 16;

  std::string_view word;
  std::uint64_t low = 0;   ///< the first eight bytes of a short word, a hash of a long one
  std::uint64_t high = 0;  ///< the next eight; zeros stand for what is behind the word's end

  std::uint64_t hash(const detail::HashSeed& seed) const {
    return detail::seeded_hash(low, high, seed);
  }
};

namespace detail {

inline std::uint64_t load_eight(const char* from) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, from, sizeof(bytes));
  return bytes;
}

/// 16 bytes at a time; the last ones overlap those before.
inline std::uint64_t hash_of_long(std::string_view word) {
  const HashSeed& seed = hash_seed();
  std::uint64_t hash = 0;
  const auto add = [&](const char* from) {
    hash = seeded_hash(hash ^ load_eight(from), load_eight(from + 8), seed);
  };
  for (std::size_t i = 0; i + 16 < word.size(); i += 16) add(word.data() + i);
  add(word.data() + word.size() - 16);
  return hash;
}

/// short_word bytes of ones, then as many zeros: read from short_word - n on, n ones.
constexpr auto ones_and_zeros = [] {
  std::array<char, 2 * WordKey::short_word> bytes{};
  for (std::size_t i = 0; i < WordKey::short_word; ++i) bytes[i] = '\xFF';
  return bytes;
}();

}  // namespace detail

/// The key of a word from whose begin on WordKey::short_word bytes may be read, though it be
/// shorter (the tokens in a TokenBuffer): it takes no branch that depends on the length.
inline WordKey padded_key(std::string_view word) {
  if (word.size() > WordKey::short_word) return {word, detail::hash_of_long(word), 0};
  const char* mask = detail::ones_and_zeros.data() + WordKey::short_word - word.size();
  return {word, detail::load_eight(word.data()) & detail::load_eight(mask),
          detail::load_eight(word.data() + 8) & detail::load_eight(mask + 8)};
}

/// The key of any word.
inline WordKey key_of(std::string_view word) {
  if (word.size() > WordKey::short_word) return padded_key(word);
  std::array<char, WordKey::short_word> padded{};
  std::copy(word.begin(), word.end(), padded.begin());
  return {word, detail::load_eight(padded.data()), detail::load_eight(padded.data() + 8)};
}

}  // namespace tapegrad
