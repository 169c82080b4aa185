#include <catch2/catch.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/text/word_tests.hpp>

#include <temporary.hpp>

using tapegrad::FormatError;
using tapegrad::read_word_test;
using tapegrad::WordTest;

namespace {

WordTest read(const std::string& content) {
  const TemporaryDirectory directory;
  return read_word_test(directory.file("test.txt", content));
}

std::string refused(const std::string& content) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("test.txt", content);
  return error_of<FormatError>([&] { read_word_test(path); }).substr(path.size());
}

}  // namespace

TEST_CASE("pairs of words are read from tabs, commas and spaces, with CRLF and a byte order mark") {
  for (const std::string content :
       {"love\tsex\t6.77\ntiger\tcat\t7.35\n", "love\tsex\t6.77\r\ntiger\tcat\t7.35\r\n",
        "\xEF\xBB\xBFlove,sex,6.77\ntiger,cat,7.35", "love sex  6.77\n\ntiger cat 7.35 \n",
        "# rated by 13 people\nlove\tsex\t6.77\ntiger\tcat\t7.35\n",
        "Word 1,Word 2,Human (mean)\nlove,sex,6.77\ntiger,cat,7.35\n",
        "word1\tword2\tPOS\tSimLex999\tconc\nlove\tsex\tN\t6.77\t2\ntiger\tcat\tN\t7.35\t3\n"}) {
    INFO(content);
    const WordTest test = read(content);
    CHECK_FALSE(test.has_analogies());
    REQUIRE(test.pairs.size() == 2);
    CHECK(test.pairs[0].first == "love");
    CHECK(test.pairs[0].second == "sex");
    CHECK(test.pairs[0].rating == Approx(6.77));
    CHECK(test.pairs[1].first == "tiger");
    CHECK(test.pairs[1].rating == Approx(7.35));
  }
}

TEST_CASE("words of pairs may have spaces where tabs or commas separate") {
  const WordTest test = read("New York\tLos Angeles\t8\n");
  REQUIRE(test.pairs.size() == 1);
  CHECK(test.pairs[0].first == "New York");
  CHECK(test.pairs[0].second == "Los Angeles");
}

TEST_CASE("analogies are read with their sections") {
  const WordTest test =
      read(": capitals\nathens greece oslo norway\n: gram1\na b c d\r\ne f g h\n");
  REQUIRE(test.has_analogies());
  CHECK(test.pairs.empty());
  REQUIRE(test.sections.size() == 2);
  CHECK(test.sections[0].name == "capitals");
  CHECK(test.sections[0].questions.size() == 1);
  CHECK(test.sections[1].name == "gram1");
  REQUIRE(test.sections[1].questions.size() == 2);
  CHECK(test.sections[1].questions[1] == std::array<std::string, 4>{"e", "f", "g", "h"});
}

TEST_CASE("analogies need no section") {
  const WordTest test = read("athens greece oslo norway\nman\tking\twoman\tqueen\n");
  REQUIRE(test.sections.size() == 1);
  CHECK(test.sections[0].name.empty());
  CHECK(test.sections[0].questions.size() == 2);
}

TEST_CASE("numerals, and words that are written as no finite number, make no pairs of analogies") {
  for (const std::string first : {"one 1 two 2", "a b c nan", "inf infinite nan Naan"}) {
    for (const std::string& content : {first + "\na b c d\n", "a b c d\n" + first + "\n"}) {
      INFO(content);
      const WordTest test = read(content);
      CHECK(test.pairs.empty());
      REQUIRE(test.sections.size() == 1);
      CHECK(test.sections[0].questions.size() == 2);
    }
  }
  const WordTest pairs = read("bread nan 3.5\n");
  REQUIRE(pairs.pairs.size() == 1);
  CHECK(pairs.pairs[0].second == "nan");
}

TEST_CASE("lines that do not fit are refused with line, expected and found") {
  CHECK(refused("") == ": expected pairs of words or analogies, found an empty file");
  CHECK(refused("\n# nothing\n") == ": expected pairs of words or analogies, found an empty file");
  CHECK(refused("a b 1\nc d\n") == ":2: expected two words and a rating, found \"c d\"");
  CHECK(refused("a b 1\nc d e\n") == ":2: expected two words and a rating, found \"c d e\"");
  CHECK(refused("a b 1\nc d inf\n") == ":2: expected two words and a rating, found \"c d inf\"");
  CHECK(refused("a\tb\t1\nc\t\t2\n") == ":2: expected two words and a rating, found \"c\t\t2\"");
  CHECK(refused(": s\n\na b c d\na b c\n") ==
        ":4: expected four words, or \": SECTION\", found \"a b c\"");
  CHECK(refused("a b\n") ==
        ":1: expected two words and a rating, four words, or \": SECTION\", found \"a b\"");
  CHECK(refused("c d inf\na b 1\n") == ":1: expected two words and a rating, found \"c d inf\"");
  CHECK(refused("c 4 5\na b 1\n") == ":1: expected two words and a rating, found \"c 4 5\"");
  // Word vectors, given by mistake.
  for (const std::string row : {"the 0.1 0.2", "the 0.1 0.2 0.3", "the 0.1 0.2 0.3 0.4"}) {
    CHECK(refused(row + "\n" + row + "\n") ==
          ":1: expected two words and a rating, four words, or \": SECTION\", found \"" + row +
              "\"");
  }
}
