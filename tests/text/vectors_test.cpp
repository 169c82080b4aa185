#include <fmt/format.h>
#include <catch2/catch.hpp>
#include <cmath>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/text/vectors.hpp>

#include <zlib.h>

#include <temporary.hpp>

using tapegrad::Array;
using tapegrad::FormatError;
using tapegrad::load_vectors;
using tapegrad::Missing;
using tapegrad::Rng;
using tapegrad::Vocabulary;
using tapegrad::WordCounts;
using tapegrad::WordVectors;
using Words = std::vector<std::string>;

namespace {

bool any(std::string_view) {
  return true;
}

WordVectors load(const std::string& content, const tapegrad::WordFilter& wanted = any) {
  const TemporaryDirectory directory;
  return load_vectors(directory.file("v.txt", content), wanted);
}

std::string load_error(const std::string& content, const tapegrad::WordFilter& wanted = any) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("v.txt", content);
  return error_of<FormatError>([&] { load_vectors(path, wanted); }).substr(path.size());
}

Vocabulary vocabulary_of(const Words& words) {
  WordCounts counts;
  for (const auto& word : words) counts.add(word);
  return Vocabulary(counts);
}

const Array numbers = {{0.5F, -1.25F}, {2.0F, 1e-3F}};

}  // namespace

TEST_CASE("GloVe files are read for the wanted words, in the order of the file") {
  const auto vectors = load("the 0.5 -1.25\nof 9 9\nand 2 1e-3\n",
                            [](std::string_view word) { return word != "of"; });
  CHECK(vectors.words == Words{"the", "and"});
  CHECK((vectors.values == numbers));
  CHECK(vectors.lines == 3);
  CHECK(vectors.width() == 2);
}

TEST_CASE("a first line with count and width is recognized, as are spaces at line ends and CRLF") {
  CHECK((load("2 2\na 0.5 -1.25 \nb 2 1e-3 \n").values == numbers));
  CHECK((load("a 0.5 -1.25\r\nb 2 1e-3\r\n").values == numbers));
  CHECK((load("a 0.5 -1.25\nb 2 1e-3").values == numbers));
}

TEST_CASE("a gzip file reads as the plain one does, and a cut one is an error") {
  const TemporaryDirectory directory;
  const std::string path = directory / "v.txt.gz";
  const std::string content = "a 0.5 -1.25\nb 2 1e-3\n";
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
  gzclose(file);
  CHECK((load_vectors(path, any).values == numbers));
  std::filesystem::resize_file(path, 25);
  CHECK(error_of<FormatError>([&] {
          load_vectors(path, any);
        }).find("damaged or incomplete gzip data") != std::string::npos);
}

TEST_CASE("the last D fields are the vector, what stands before is the word") {
  const auto vectors = load("a 1 2 3\n. . . 4 5 6\nat name@domain.com 7 8 9\nb 0 0 0\n");
  CHECK(vectors.words == Words{"a", ". . .", "at name@domain.com", "b"});
  CHECK(vectors.values(1, 0) == 4);
  CHECK(vectors.values(2, 2) == 9);
  CHECK(load(". . 1 2 3\n5 1 2 3\nb 0 0 0\n").words == Words{". .", "5", "b"});
}

TEST_CASE("of a word that comes twice the first vector counts") {
  const auto vectors = load("a 1 2\nb 3 4\na 5 6\na 7 8\n");
  CHECK(vectors.words == Words{"a", "b"});
  CHECK(vectors.values(0, 0) == 1);
  CHECK(vectors.duplicates == 2);
}

TEST_CASE("numbers too small for the type are zero") {
  CHECK(load("a 1e-60 -1e-999\n").values(0, 0) == 0);
}

TEST_CASE("malformed lines are refused with line, expected and found") {
  CHECK(load_error("") == ": expected word vectors, found an empty file");
  CHECK(load_error("a 1 2 3\nb 1 2\nc 1 2 3\n") ==
        ":2: expected a word and 3 numbers, found 2 fields behind \"b\"");
  CHECK(load_error("a 1 2 3\nb 1 2 3 4\nc 1 2 3\n") ==
        ":2: expected a word and 3 numbers, found 4 fields behind \"b\"");
  CHECK(load_error("a 1 2\n\nb 1 2\n") == ":2: expected a word and 2 numbers, found an empty line");
  CHECK(load_error("a 1 2\nb 1 x\nc 1 2\n") ==
        ":2: expected a finite number as value 2 of 2, found \"x\"");
  CHECK(load_error("a 1 2\nb nan 2\n") ==
        ":2: expected a finite number as value 1 of 2, found \"nan\"");
  CHECK(load_error("a 1 2\nb 1 -inf\n") ==
        ":2: expected a finite number as value 2 of 2, found \"-inf\"");
  CHECK(load_error("a 1 1e99\nb 1 2\n") ==
        ":1: expected a finite number as value 2 of 2, found \"1e99\"");
  CHECK(load_error("a 1 2\n 1 2\nb 1 2\n").substr(0, 3) == ":2:");
  CHECK(
      load_error("just some words\n") ==
      ":1: expected a word and its numbers, separated by single spaces, found \"just some words\"");
  CHECK(load_error("3 2\na 1 2\nb 1 2\n") ==
        ":3: the first line announces 3 words, found 2: is the file cut?");
  CHECK(load_error("1 2\na 1 2\nb 1 2\n") ==
        ":3: the first line announces 1 words, found 2: is the file cut?");
}

TEST_CASE("the number of fields is checked for unwanted words too") {
  const auto only_a = [](std::string_view word) { return word == "a"; };
  CHECK(load_error("a 1 2 3\nb 1 2\nc 1 2 3\n", only_a).substr(0, 3) == ":2:");
  CHECK(load("a 1 2\nb 1 x\n", only_a).words == Words{"a"});
}

TEST_CASE("a file without wanted words gives an empty array of its width") {
  const auto vectors = load("a 1 2\n", [](std::string_view) { return false; });
  CHECK(vectors.words.empty());
  CHECK(vectors.values.shape() == Array::shape_type{0, 2});
}

TEST_CASE("a table has zeros for padding, found vectors, and matched noise for other words") {
  const Vocabulary vocabulary = vocabulary_of({"a", "a", "b", "x"});
  WordVectors vectors{{"b", "elsewhere"}, Array{{1.0F, 2.0F}, {3.0F, 6.0F}}};
  const Array table = init_table(vocabulary, vectors, Rng(1));
  REQUIRE(table.shape() == Array::shape_type{5, 2});
  CHECK(table(0, 0) == 0);
  CHECK(table(0, 1) == 0);
  CHECK(table(3, 0) == 1);
  CHECK(table(3, 1) == 2);
  CHECK(table(1, 0) != 0);
  CHECK(table(2, 0) != table(4, 0));
  const Array zero = init_table(vocabulary, vectors, Rng(1), Missing::zeros);
  CHECK(zero(1, 0) == 0);
  CHECK(zero(4, 1) == 0);
  CHECK(zero(3, 1) == 2);
}

TEST_CASE("rows of missing words have the deviation of the values found") {
  Words words;
  for (int i = 0; i < 2000; ++i) words.push_back(fmt::format("w{}", i));
  // The values -1 and 5 have the mean 2 and the deviation 3.
  WordVectors vectors{{"x"}, Array{{-1.0F, 5.0F}}};
  const Array table = init_table(vocabulary_of(words), vectors, Rng(5));
  double sum = 0, squares = 0;
  for (std::size_t i = 4; i < table.size(); ++i) {
    sum += table.data()[i];
    squares += static_cast<double>(table.data()[i]) * static_cast<double>(table.data()[i]);
  }
  const double n = static_cast<double>(table.size() - 4);
  CHECK(std::abs(sum / n) < 5 * 3 / std::sqrt(n));
  CHECK(std::abs(squares / n - 9) < 5 * 9 * std::sqrt(2 / n));
}

TEST_CASE("a word's random row depends on the seed and the word, not on its place") {
  WordVectors vectors{{"b"}, Array{{1.0F, 2.0F}}};
  const Array one = init_table(vocabulary_of({"x", "y"}), vectors, Rng(1));
  const Array two = init_table(vocabulary_of({"y", "y", "x", "b"}), vectors, Rng(1));
  CHECK(one(2, 0) == two(4, 0));
  CHECK(one(3, 1) == two(2, 1));
  CHECK(init_table(vocabulary_of({"x", "y"}), vectors, Rng(2))(2, 0) != one(2, 0));
}

TEST_CASE("a table without width is an error") {
  CHECK_THROWS_AS(init_table(Vocabulary(), WordVectors{}, Rng(1)), std::invalid_argument);
}

TEST_CASE("coverage counts words and tokens") {
  const Vocabulary vocabulary = vocabulary_of({"a", "a", "a", "b", "x"});
  WordVectors vectors{{"b", "a", "q"}, tapegrad::zeros({3, 2})};
  CHECK(to_string(coverage(vocabulary, vectors)) ==
        "2 of 3 words (66.7 %), 4 of 5 tokens (80.0 %)");
  WordCounts counts;
  counts.add("a", 3);
  counts.add("b", 2);
  const Vocabulary small(counts, {.min_count = 3});
  CHECK(to_string(coverage(small, vectors)) == "1 of 1 words (100.0 %), 3 of 5 tokens (60.0 %)");
  CHECK(to_string(coverage(counts, [](std::string_view word) { return word == "b"; })) ==
        "1 of 2 words (50.0 %), 2 of 5 tokens (40.0 %)");
}

TEST_CASE("coverage is written with thousands and one decimal, and for nothing at all") {
  CHECK(to_string(tapegrad::Coverage{13000, 12345, 1010000, 1000000}) ==
        "12,345 of 13,000 words (95.0 %), 1,000,000 of 1,010,000 tokens (99.0 %)");
  CHECK(to_string(tapegrad::Coverage{}) == "0 of 0 words (0.0 %), 0 of 0 tokens (0.0 %)");
}
