#include <tapegrad/text/word_index.hpp>

#include <cstring>

namespace tapegrad {
namespace {

template <class Bytes>
std::uint64_t load(const char* from) {
  Bytes bytes;
  std::memcpy(&bytes, from, sizeof(Bytes));
  return bytes;
}

constexpr std::size_t short_word = 8;
constexpr std::uint64_t factor = 0x9E3779B97F4A7C15U;  // 2^64 / golden ratio, as Fibonacci hashing

// Different for different words of one length up to eight.
std::uint64_t bytes_of_short(std::string_view word) {
  const char* at = word.data();
  const std::size_t n = word.size();
  if (n >= 4) return load<std::uint32_t>(at) << 32U | load<std::uint32_t>(at + n - 4);
  if (n == 0) return 0;
  return load<std::uint8_t>(at) << 16U | load<std::uint8_t>(at + n / 2) << 8U |
         load<std::uint8_t>(at + n - 1);
}

// Eight bytes at a time; the last ones overlap those before.
std::uint64_t hash_of_long(std::string_view word) {
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i + 8 < word.size(); i += 8) {
    hash = (hash ^ load<std::uint64_t>(word.data() + i)) * factor;
    hash ^= hash >> 32U;
  }
  return hash ^ load<std::uint64_t>(word.data() + word.size() - 8);
}

std::uint64_t key_of(std::string_view word) {
  return word.size() <= short_word ? bytes_of_short(word) : hash_of_long(word);
}

// Where the search for a word begins.
std::size_t home(std::uint64_t key, std::size_t length) {
  const std::uint64_t spread = (key ^ length << 56U) * factor;
  return static_cast<std::size_t>(spread ^ spread >> 32U);
}

}  // namespace

WordIndex::WordIndex() : slots_(1U << 10U) {}

bool WordIndex::holds(const Slot& slot, std::uint64_t key, std::string_view word) const {
  if (slot.key != key || slot.length != word.size()) return false;
  return word.size() <= short_word || words_[static_cast<std::size_t>(slot.number)] == word;
}

std::size_t WordIndex::free_or_same(std::uint64_t key, std::string_view word) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = home(key, word.size()) & mask;
  while (slots_[at].number >= 0 && !holds(slots_[at], key, word)) at = (at + 1) & mask;
  return at;
}

std::int32_t WordIndex::add(std::string_view word) {
  const std::uint64_t key = key_of(word);
  Slot& slot = slots_[free_or_same(key, word)];
  if (slot.number >= 0) return slot.number;
  slot = {key, static_cast<std::uint32_t>(word.size()), size()};
  words_.emplace_back(word);
  if (2 * words_.size() > slots_.size()) grow();
  return size() - 1;
}

void WordIndex::grow() {
  std::vector<Slot> larger(2 * slots_.size());
  const std::size_t mask = larger.size() - 1;
  for (const Slot& slot : slots_) {
    if (slot.number < 0) continue;
    std::size_t at = home(slot.key, slot.length) & mask;
    while (larger[at].number >= 0) at = (at + 1) & mask;
    larger[at] = slot;
  }
  slots_ = std::move(larger);
}

}  // namespace tapegrad
