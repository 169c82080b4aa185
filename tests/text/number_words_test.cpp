#include <catch2/catch.hpp>
#include <set>
#include <stdexcept>
#include <tapegrad/core/rng.hpp>
#include <tapegrad/text/number_words.hpp>

#include <temporary.hpp>

using tapegrad::Index;
using tapegrad::number_of_words;
using tapegrad::number_words;

namespace {

std::string refused(const std::string& words) {
  return error_of<std::invalid_argument>([&] { number_of_words(words); });
}

}  // namespace

TEST_CASE("numbers in words, written by hand") {
  const std::vector<std::pair<Index, std::string>> table{
      {0, "zero"},
      {1, "one"},
      {10, "ten"},
      {11, "eleven"},
      {12, "twelve"},
      {13, "thirteen"},
      {14, "fourteen"},
      {15, "fifteen"},
      {16, "sixteen"},
      {17, "seventeen"},
      {18, "eighteen"},
      {19, "nineteen"},
      {20, "twenty"},
      {21, "twenty one"},
      {34, "thirty four"},
      {40, "forty"},
      {52, "fifty two"},
      {69, "sixty nine"},
      {78, "seventy eight"},
      {83, "eighty three"},
      {96, "ninety six"},
      {100, "one hundred"},
      {105, "one hundred five"},
      {110, "one hundred ten"},
      {999, "nine hundred ninety nine"},
      {1000, "one thousand"},
      {1001, "one thousand one"},
      {4096, "four thousand ninety six"},
      {10000, "ten thousand"},
      {70013, "seventy thousand thirteen"},
      {100000, "one hundred thousand"},
      {200017, "two hundred thousand seventeen"},
      {512600, "five hundred twelve thousand six hundred"},
      {999999, "nine hundred ninety nine thousand nine hundred ninety nine"}};
  for (const auto& [number, words] : table) {
    CHECK(number_words(number) == words);
    CHECK(number_of_words(words) == number);
  }
}

TEST_CASE("every number has words of its own, which lead back to it") {
  std::set<std::string> seen;
  std::vector<Index> numbers;
  for (Index n = 0; n < 3000; ++n) numbers.push_back(n);
  tapegrad::Rng rng(1);
  for (int i = 0; i < 20'000; ++i) {
    numbers.push_back(3000 + static_cast<Index>(rng.below(997'000)));
  }
  std::set<Index> different(numbers.begin(), numbers.end());
  for (const Index n : different) {
    const std::string words = number_words(n);
    REQUIRE(seen.insert(words).second);
    REQUIRE(number_of_words(words) == n);
  }
}

TEST_CASE("numbers out of range and other words are refused, with the place") {
  for (const Index n : {Index{-1}, Index{1'000'000}}) {
    CHECK(error_of<std::invalid_argument>([&] { number_words(n); }) ==
          "number_words: number is " + std::to_string(n) + ", must be in [0, 1000000)");
  }
  const std::string no = ", does not go on with a number below 1000000 in words";
  CHECK(refused("") == "number_of_words: word 1, \"\"" + no);
  CHECK(refused("eleventy") == "number_of_words: word 1, \"eleventy\"" + no);
  CHECK(refused("one zero") == "number_of_words: word 2, \"zero\"" + no);
  CHECK(refused("twenty eleven") == "number_of_words: word 2, \"eleven\"" + no);
  CHECK(refused("twenty hundred") == "number_of_words: word 2, \"hundred\"" + no);
  CHECK(refused("thousand") == "number_of_words: word 1, \"thousand\"" + no);
  CHECK(refused("one thousand thousand") == "number_of_words: word 3, \"thousand\"" + no);
  CHECK(refused("one hundred and two") == "number_of_words: word 3, \"and\"" + no);
  CHECK(refused("twenty-one") == "number_of_words: word 1, \"twenty-one\"" + no);
  CHECK(refused("one ") == "number_of_words: word 2, \"\"" + no);
}
