#include <fmt/format.h>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/text/vectors.hpp>

#include <sys/stat.h>
#include <zlib.h>

#include <thread>

#include <temporary.hpp>

using tapegrad::Array;
using tapegrad::FormatError;
using tapegrad::Index;
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
  CHECK((load("2 2 \r\na 0.5 -1.25 \r\nb 2 1e-3 \r\n").values == numbers));
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

TEST_CASE("a large file reads as line by line, plain or gzip, on any number of threads") {
  const TemporaryDirectory directory;
  std::string content;
  std::vector<float> wanted;
  for (int i = 0; i < 200'000; ++i) {
    const std::string numbers_text = fmt::format("{:.5f} {} {:.3e}", i / 7.0, -i, i / 3.0);
    // Every so often a line is longer than the others.
    content += fmt::format("{}{} {}{}\n", i % 1000 == 0 ? std::string(3000, 'x') : "w", i,
                           numbers_text, i % 3 == 0 ? "\r" : "");
    const char* at = numbers_text.c_str();
    char* end = nullptr;
    for (int d = 0; d < 3; ++d, at = end) wanted.push_back(std::strtof(at, &end));
  }
  const std::string plain = directory.file("v.txt", content);
  const std::string packed = directory / "v.txt.gz";
  gzFile file = gzopen(packed.c_str(), "wb1");
  gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
  gzclose(file);
  for (const int threads : {1, 2, 5}) {
    tapegrad::set_threads(threads);
    for (const std::string& path : {plain, packed}) {
      const auto vectors = load_vectors(path, any);
      REQUIRE(vectors.words.size() == 200'000);
      CHECK(vectors.words[1] == "w1");
      CHECK(vectors.words[123'456] == "w123456");
      CHECK(vectors.words[5000] == std::string(3000, 'x') + "5000");
      CHECK(std::equal(wanted.begin(), wanted.end(), vectors.values.data()));
    }
  }
  tapegrad::set_threads(0);
}

TEST_CASE("the error is that of the first malformed line, on any number of threads") {
  const auto lines = [](const std::map<int, std::string>& special) {
    std::string content;
    for (int i = 1; i <= 300'000; ++i) {
      const auto found = special.find(i);
      content += found == special.end() ? fmt::format("w{} {} 0.25", i, i) : found->second;
      content += '\n';
    }
    return content;
  };
  for (const int threads : {1, 2, 5}) {
    tapegrad::set_threads(threads);
    CHECK(load_error(lines({{250'000, "a 1"}, {250'001, ""}, {299'000, "b x 1"}})) ==
          ":250000: expected a word and 2 numbers, found 1 fields behind \"a\"");
    CHECK(load_error(lines({{50'000, "b x 1"}, {50'001, "a 1"}})) ==
          ":50000: expected a finite number as value 1 of 2, found \"x\"");
  }
  tapegrad::set_threads(0);
}

TEST_CASE("the numbers of a word that comes again are not looked at") {
  CHECK(load("a 1 2\nb 3 4\na x 6\n").words == Words{"a", "b"});
  CHECK(load_error("a x 2\nb 3 4\na 5 6\n").substr(0, 3) == ":1:");
}

TEST_CASE("vectors come through a pipe as from a file") {
  const TemporaryDirectory directory;
  const std::string pipe = directory / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  std::thread writer([&] { std::ofstream(pipe) << "a 0.5 -1.25\nb 2 1e-3\n"; });
  const auto vectors = load_vectors(pipe, any);
  writer.join();
  CHECK((vectors.values == numbers));
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

TEST_CASE("the words with a vector are the rows of the table that are pretrained, increasing") {
  const Vocabulary vocabulary = vocabulary_of({"a", "a", "b", "x", "c"});
  const WordVectors vectors{{"x", "elsewhere", "a", "<pad>"}, tapegrad::full({4, 2}, 7)};
  const std::vector<Index> ids = words_with_vector(vocabulary, vectors);
  CHECK(ids == std::vector<Index>{*vocabulary.find("a"), *vocabulary.find("x")});
  const Array table = init_table(vocabulary, vectors, Rng(1), Missing::zeros);
  for (std::size_t row = 0; row < 6; ++row) {
    const bool pretrained = std::find(ids.begin(), ids.end(), static_cast<Index>(row)) != ids.end();
    CHECK(table(row, 0) == (pretrained ? 7 : 0));
  }
  CHECK(words_with_vector(vocabulary, {}).empty());
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
