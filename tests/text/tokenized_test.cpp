#include <catch2/catch.hpp>
#include <numeric>
#include <set>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/text/tokenized.hpp>

using tapegrad::Index;
using tapegrad::tokenize;
using tapegrad::TokenizedTexts;
using tapegrad::Tokenizer;
using tapegrad::WordIndex;
using Words = std::vector<std::string>;
using Numbers = tapegrad::LargeVector<std::int32_t>;

namespace {

// Texts of about 4 MB, so of several blocks, with words of all lengths.
Words many_texts() {
  Words texts;
  std::uint64_t state = 1;
  for (int n = 0; n < 4000; ++n) {
    std::string text;
    for (int i = 0; i < 180; ++i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      text.append(state >> 60U, static_cast<char>('a' + n % 7));
      text.append(std::to_string(state >> static_cast<unsigned>(30 + 2 * (n % 16)))).push_back(' ');
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace

TEST_CASE("words are numbered as they first come, also short ones that begin alike") {
  WordIndex index;
  const Words words = {"",      "a",        "aa",        "aaa",        "aba",
                       "aaaa",  "aaaaaaaa", "aaaaaaaab", "aaaaaaaaa",  "baaaaaaaa",
                       "abcde", "abcdecde", "abcdeabcd", "aaaaaaaaaa", "abcdefghijklmnopq"};
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      CHECK(index.add(words[i]) == static_cast<std::int32_t>(i));
    }
  }
  CHECK(index.words() == words);
}

TEST_CASE("an index that has grown still knows its words") {
  WordIndex index;
  for (int round = 0; round < 2; ++round) {
    for (std::int32_t i = 0; i < 20000; ++i) {
      if (index.add(std::to_string(i * 7919)) != i) FAIL(i);
    }
  }
  CHECK(index.size() == 20000);
}

TEST_CASE("texts become numbers of their words, and more texts can be added") {
  TokenizedTexts all = tokenize({"A good film.", "", "good, bad"}, Tokenizer());
  CHECK(all.words.words() == Words{"a", "good", "film", ".", ",", "bad"});
  CHECK(all.numbers == Numbers{0, 1, 2, 3, 1, 4, 5});
  CHECK(all.offsets == std::vector<Index>{0, 4, 4, 7});
  tokenize({"bad new film"}, Tokenizer(), all);
  CHECK(all.words.words().back() == "new");
  CHECK(all.numbers == Numbers{0, 1, 2, 3, 1, 4, 5, 5, 6, 2});
  CHECK(all.size() == 4);
  CHECK(tokenize({}, Tokenizer()).size() == 0);
  CHECK(count_words(all, {0, 2}) == std::vector<Index>{1, 2, 1, 1, 1, 1, 0});
  CHECK_THROWS_AS(count_words(all, {4}), std::out_of_range);
}

TEST_CASE("many texts have the tokens that each has alone, on any number of threads") {
  const Words texts = many_texts();
  const Tokenizer tokenizer;
  Words expected;
  for (const auto& text : texts) {
    for (auto& token : tokenizer(text)) expected.push_back(std::move(token));
  }
  for (const int threads : {1, 2, 3}) {
    tapegrad::set_threads(threads);
    const TokenizedTexts all = tokenize(texts, tokenizer);
    REQUIRE(all.numbers.size() == expected.size());
    std::int32_t next = 0;
    bool as_alone = true;
    bool in_order = true;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const std::int32_t number = all.numbers[i];
      as_alone = as_alone && all.words.words()[static_cast<std::size_t>(number)] == expected[i];
      in_order = in_order && number <= next;
      next = std::max(next, number + 1);
    }
    CHECK(as_alone);
    CHECK(in_order);
    CHECK(std::set<std::string>(expected.begin(), expected.end()).size() ==
          all.words.words().size());
  }
  tapegrad::set_threads(0);
}
