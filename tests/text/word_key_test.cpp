#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <ctime>
#include <map>
#include <set>
#include <tapegrad/core/rng.hpp>
#include <tapegrad/text/id_set.hpp>
#include <tapegrad/text/ngrams.hpp>
#include <tapegrad/text/tokenizer.hpp>
#include <tapegrad/text/word_index.hpp>

using tapegrad::key_of;
using tapegrad::padded_key;
using tapegrad::Rng;
using tapegrad::TokenBuffer;
using tapegrad::Tokenizer;
using tapegrad::WordIndex;
using tapegrad::WordKey;

namespace {

// Up to 40 bytes of an alphabet of four, the zero byte among them.
std::string random_word(Rng& rng) {
  std::string word;
  for (auto left = rng.below(41); left > 0; --left) word.push_back("ab\0\xC3"[rng.below(4)]);
  return word;
}

std::string bytes_of(const std::vector<std::uint64_t>& parts) {
  std::string word(8 * parts.size(), '\0');
  std::memcpy(word.data(), parts.data(), word.size());
  return word;
}

// The least of three times that it takes to number the keys, in seconds of the processor.
template <class Table, class Key>
double seconds_to_number(const std::vector<Key>& keys) {
  double least = 1e9;
  for (int i = 0; i < 3; ++i) {
    const std::clock_t begin = std::clock();
    Table table;
    for (const Key& key : keys) table.add(key);
    CHECK(table.size() == static_cast<std::int32_t>(keys.size()));
    least = std::min(least, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
  }
  return least;
}

}  // namespace

TEST_CASE("the key of a word does not depend on what stands behind it") {
  Rng rng(1);
  for (int i = 0; i < 20000; ++i) {
    const std::string word = random_word(rng);
    const WordKey alone = key_of(word);
    for (const char behind : {'\0', 'x', '\xFF'}) {
      const std::string text = word + std::string(WordKey::short_word, behind);
      const WordKey key = padded_key(std::string_view(text).substr(0, word.size()));
      if (key.low != alone.low || key.high != alone.high || key.word != word) FAIL(word);
    }
  }
}

TEST_CASE("random words have the numbers that a map gives them, zero bytes or not") {
  Rng rng(2);
  WordIndex index;
  std::map<std::string, std::int32_t> expected;
  for (int i = 0; i < 200000; ++i) {
    const std::string word = random_word(rng);
    const auto found = expected.find(word);
    if (index.find(word) != (found == expected.end() ? -1 : found->second)) FAIL(word);
    const auto number = expected.emplace(word, index.size()).first->second;
    if (index.add(word) != number) FAIL(word);
  }
  CHECK(index.words().size() == expected.size());
}

TEST_CASE("keys that share a place by a hash that anybody knows are numbered as fast as others") {
  // Fibonacci hashing, with which nothing random is mixed.
  constexpr std::uint64_t factor = 0x9E3779B97F4A7C15U;
  const auto hash = [](std::uint64_t x) { return (x * factor) ^ (x * factor) >> 32U; };
  constexpr std::size_t n = 30000;
  Rng rng(4);
  std::vector<std::string> random, same, random_long, same_long;
  std::vector<std::uint64_t> numbers, high_numbers;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t a = rng.below(~0U), b = rng.below(~0U);
    random.push_back(bytes_of({a, b << 32U | i}));
    same.push_back(bytes_of({(b << 32U | i) * factor ^ 1, b << 32U | i}));
    random_long.push_back(bytes_of({a, b, i}));
    same_long.push_back(bytes_of({a, b << 32U | i, hash(hash(a) ^ (b << 32U | i))}));
    numbers.push_back(hash(i));
    high_numbers.push_back(i << 40U);
  }
  constexpr double noise = 0.01;
  CHECK(seconds_to_number<WordIndex>(same) < 10 * seconds_to_number<WordIndex>(random) + noise);
  CHECK(seconds_to_number<WordIndex>(same_long) <
        10 * seconds_to_number<WordIndex>(random_long) + noise);
  CHECK(seconds_to_number<tapegrad::KeyIndex>(high_numbers) <
        10 * seconds_to_number<tapegrad::KeyIndex>(numbers) + noise);
}

TEST_CASE("16 bytes may be read from the begin of every token on") {
  TokenBuffer buffer;
  for (const std::string text : {"a", "wait... -- (no) -lrb- x", "", "n't", "\xC3\xA9"}) {
    const auto& tokens = Tokenizer()(text, buffer);
    const std::string_view all = buffer.text;
    for (const auto token : tokens) {
      const bool inside = token.data() >= all.data() && token.data() < all.data() + all.size();
      CHECK((!inside || token.data() + TokenBuffer::padding <= all.data() + all.size()));
      CHECK(padded_key(token).low == key_of(token).low);  // the address sanitizer looks at the rest
    }
  }
}

TEST_CASE("a set of ids gives back what was added, sorted and once, and is empty then") {
  Rng rng(3);
  for (const std::size_t bound : {1U, 64U, 65U, 4096U, 4097U, 300000U}) {
    tapegrad::detail::IdSet set(bound);
    for (int round = 0; round < 20; ++round) {
      std::set<std::int32_t> expected;
      for (int i = 0; i < 300; ++i) {
        const auto id = static_cast<std::int32_t>(i == 0 ? bound - 1 : rng.below(bound));
        expected.insert(id);
        set.add(id);
      }
      std::vector<std::int32_t> ids;
      set.empty([&](std::int32_t id) { ids.push_back(id); });
      CHECK(ids == std::vector<std::int32_t>(expected.begin(), expected.end()));
    }
  }
}
