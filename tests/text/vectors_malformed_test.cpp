// What is done about malformed entries of word-vector files.
#include <fmt/format.h>
#include <catch2/catch.hpp>
#include <packed.hpp>
#include <same.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/text/vectors.hpp>
#include <temporary.hpp>
#include <warnings.hpp>
#include <word2vec.hpp>

using tapegrad::Array;
using tapegrad::FormatError;
using tapegrad::load_vectors;
using tapegrad::Malformed;
using tapegrad::WordVectors;
using Words = std::vector<std::string>;

namespace {

bool any(std::string_view) {
  return true;
}

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

// A file and how it loads under both policies.
struct Loading {
  explicit Loading(const std::string& content, const tapegrad::WordFilter& wanted = any) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("v", content);
    const auto rest = [&](const std::string& text) {
      return text.starts_with(path) ? text.substr(path.size()) : text;
    };
    {
      const Warnings unused;
      strict = rest(error_of<FormatError>([&] { load_vectors(path, wanted); }));
    }
    const Warnings warnings;
    vectors = load_vectors(path, wanted, {.malformed = Malformed::skip});
    REQUIRE(warnings.all.size() <= 1);
    if (!warnings.all.empty()) warning = rest(warnings.all[0]);
  }

  std::string strict;   // the error
  WordVectors vectors;  // with skip
  std::string warning;
};

}  // namespace

TEST_CASE("malformed lines are an error, or left out and told once by kind with the first line") {
  const Loading file(
      "a 1 2\n"
      "b 1\n"
      "c 3 4\n"
      "\n"
      "d nan 1\n"
      "caf\xE9 1 2\n"
      "e 1 2 3\n"
      " 1 2\n"
      "f inf 1\n"
      "g 5 6\n");
  CHECK(file.strict == ":2: expected a word and 2 numbers, found 1 fields behind \"b\"");
  CHECK(file.vectors.words == Words{"a", "c", "g"});
  CHECK(same(file.vectors.values, Array{{1, 2}, {3, 4}, {5, 6}}));
  CHECK(file.vectors.lines == 3);
  CHECK(file.vectors.malformed == 7);
  CHECK(file.warning ==
        ": left out: 4 without a word and 2 numbers (first: line 2), 1 whose word is not UTF-8 "
        "(first: line 6), 2 with a number that is not finite (first: line 5)");
}

TEST_CASE("a word that is not UTF-8 is an error with line and byte, wanted or not") {
  const auto never = [](std::string_view) { return false; };
  CHECK(Loading("a 1 2\ncaf\xE9 1 2\n", never).strict ==
        ":2: expected a word in UTF-8, found the byte 0xE9 behind \"caf\"");
  // Overlong, a surrogate, beyond U+10FFFF, a lonely and a missing continuation.
  for (const char* const word :
       {"\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "x\x80", "\xE2\x82"}) {
    CHECK(Loading(std::string("a 1 2\n") + word + " 1 2\n").vectors.words == Words{"a"});
  }
  CHECK(Loading("a 1 2\n\xF0\x9F\x98\x80 1 2\n").strict == "nothing was thrown");
  CHECK(Loading(word2vec("2 1", {{"a", {0}}, {"caf\xE9", {0}}}), never).strict ==
        ": entry 2: at byte 11: expected a word in UTF-8, found the byte 0xE9 behind \"caf\"");
}

TEST_CASE("another number of words than announced is an error, or told") {
  const Loading few("3 2\na 1 2\nb 1 2\n");
  CHECK(few.strict == ":3: the first line announces 3 words, found 2: is the file cut?");
  CHECK(few.vectors.words == Words{"a", "b"});
  CHECK(few.warning == ": the first line announces 3 words, found 2: is the file cut?");
  const Loading many("1 2\na 1 2\nb 1 2\n");
  CHECK(many.vectors.words == Words{"a", "b"});
  CHECK(many.warning == ": the first line announces 1 words, found 2: is the file cut?");
  const Loading both("3 2\na 1 2\nb 1\n");
  CHECK(both.warning ==
        ": left out: 1 without a word and 2 numbers (first: line 3); the first line announces 3 "
        "words, found 2: is the file cut?");
}

TEST_CASE("text without a line end at its end is read, and told") {
  const Loading file("a 1 2\nb 1 2.5");
  CHECK(file.strict == "nothing was thrown");
  CHECK(same(file.vectors.values, Array{{1, 2}, {1, 2.5F}}));
  CHECK(file.warning ==
        ": there is no line end behind the last number: it may be short if the file is cut");
}

TEST_CASE("malformed entries of the binary form are errors with entry and byte, or left out") {
  const std::string good =
      word2vec("3 2", {{"a", {0, 1}}, {"b", {2, not_a_number}}, {"c", {4, 5}}});
  const Loading numbers(good);
  CHECK(numbers.strict ==
        ": entry 2: at byte 15: expected a finite number as value 2 of 2 of \"b\", found nan");
  CHECK(numbers.vectors.words == Words{"a", "c"});
  CHECK(numbers.warning == ": left out: 1 with a number that is not finite (first: entry 2)");
  const Loading cut(word2vec("3 2", {{"a", {0, 1}}, {"b", {2, 3}}, {"c", {4}}}, ""));
  CHECK(cut.strict ==
        ": entry 3: at byte 24: expected 8 bytes for 2 float32, found 4: is the file cut?");
  CHECK(cut.vectors.words == Words{"a", "b"});
  CHECK(cut.warning == ": left out: 1 without a word and 2 numbers (first: entry 3)");
  const Loading few(word2vec("3 2", {{"a", {0, 1}}, {"b", {2, 3}}}));
  CHECK(few.strict == ": entry 2: the first line announces 3 words, found 2: is the file cut?");
  CHECK(few.vectors.words == Words{"a", "b"});
  const Loading more(word2vec("1 2", {{"a", {0, 1}}, {"b", {2, 3}}}));
  CHECK(more.strict ==
        ": entry 1: expected the end of the file after 1 words, found more at byte 14");
  CHECK(more.vectors.words == Words{"a"});
  CHECK(more.warning == ": expected the end of the file after 1 words, found more at byte 14");
  const Loading empty(word2vec("2 1", {{"", {0}}, {"b", {1}}}));
  CHECK(empty.strict == ": entry 1: at byte 4: expected a word, found none");
  CHECK(empty.vectors.words == Words{"b"});
}

TEST_CASE("a file that goes on without a space is no word of any length") {
  const Loading file(word2vec("2 1", {{"a", {0}}}) + std::string(5'000'000, 'x'));
  CHECK(file.strict ==
        ": entry 2: at byte 10: expected a word of at most 65536 bytes and a space, found no space "
        "in 65536");
  CHECK(file.vectors.words == Words{"a"});
}

TEST_CASE("a word whose first numbers are no numbers gets those of its next line with skip") {
  const Loading file("a nan 1\na 2 3\na 4 5\nb 1 x\n");
  CHECK(file.strict == ":1: expected a finite number as value 1 of 2, found \"nan\"");
  CHECK(file.vectors.words == Words{"a"});
  CHECK(same(file.vectors.values, Array{{2, 3}}));
  CHECK(file.vectors.duplicates == 1);
  CHECK(file.vectors.malformed == 2);
}

TEST_CASE("numbers of unwanted words are not looked at with skip either") {
  const Loading file(word2vec("2 1", {{"a", {infinity}}, {"b", {1}}}),
                     [](std::string_view word) { return word == "b"; });
  CHECK(file.strict == "nothing was thrown");
  CHECK(file.warning.empty());
  CHECK(file.vectors.malformed == 0);
  CHECK(file.vectors.lines == 2);
}

TEST_CASE("malformed lines are counted the same on any number of threads") {
  std::string content;
  for (int i = 1; i <= 300'000; ++i) {
    content += i % 1000 == 7 ? "short 1\n" : fmt::format("w{} {} {}\n", i, i, i % 999 ? "1" : "x");
  }
  for (const int threads : {1, 2, 5}) {
    tapegrad::set_threads(threads);
    const Loading file(content);
    CHECK(file.strict == ":7: expected a word and 2 numbers, found 1 fields behind \"short\"");
    CHECK(file.vectors.malformed == 300 + 300);
    CHECK(file.warning ==
          ": left out: 300 without a word and 2 numbers (first: line 7), 300 with a number that is "
          "not finite (first: line 999)");
  }
  tapegrad::set_threads(0);
}

TEST_CASE("a header that announces more than there is asks for no memory") {
  // Each would be some exabytes.
  for (const char* const header :
       {"9999999999999999999 1000000", "99999999999999999999999999 4", "4000000000 1048576"}) {
    INFO(header);
    const Loading binary(word2vec(header, {{"a", {0, 1}}}));
    CHECK(binary.strict != "nothing was thrown");
    CHECK(binary.vectors.words.empty());
    const Loading text(std::string(header) + "\na 1 2\n");
    CHECK(text.strict != "nothing was thrown");
    CHECK(text.vectors.words.empty());
  }
  const TemporaryDirectory directory;
  for (const char* const header : {"1 0", "1 1048577", "1 99999999999999999999"}) {
    for (const std::string& content :
         {word2vec(header, {{"a", {0, 1}}}), std::string(header) + "\na 1 2\n"}) {
      const std::string path = directory.file("v", content);
      for (const Malformed policy : {Malformed::strict, Malformed::skip}) {
        const std::string error =
            error_of<FormatError>([&] { load_vectors(path, any, {.malformed = policy}); });
        CHECK_THAT(error, Catch::Contains(":1: expected vectors of 1 to 1,048,576 numbers, found"));
      }
    }
  }
}

TEST_CASE("damaged compressed data is an error under both policies") {
  const TemporaryDirectory directory;
  const std::string whole = gzipped("a 1 2\nb 3 4\n");
  const std::string path = directory.file("v.gz", whole.substr(0, whole.size() - 3));
  CHECK_THROWS_AS(load_vectors(path, any, {.malformed = Malformed::skip}), FormatError);
}
