// What holds for every form of word-vector files. A new form is one more row of `forms`.
#include <fmt/format.h>
#include <catch2/catch.hpp>
#include <functional>
#include <packed.hpp>
#include <same.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/text/npy.hpp>
#include <tapegrad/text/vectors.hpp>
#include <temporary.hpp>
#include <warnings.hpp>
#include <word2vec.hpp>
#include <written_elsewhere.hpp>

using tapegrad::Array;
using tapegrad::FormatError;
using tapegrad::load_vectors;
using tapegrad::Malformed;
using tapegrad::WordVectors;
using Words = std::vector<std::string>;

namespace {

const Words words = {"a", "caf\xC3\xA9", "5"};
const Array values = {{0.5F, -1.25F, 7.0F}, {2.0F, 1e-3F, 0.0F}, {3.0F, -4.0F, 1e20F}};

const std::vector<std::pair<std::string, std::vector<float>>> entries = {
    {"a", {0.5F, -1.25F, 7.0F}}, {"caf\xC3\xA9", {2.0F, 1e-3F, 0.0F}}, {"5", {3.0F, -4.0F, 1e20F}}};

const std::string glove =
    "a 0.5 -1.25 7\n"
    "caf\xC3\xA9 2 1e-3 0\n"
    "5 3 -4 1e20\n";

// Each 128 bytes of header and the array, as numpy.save writes them.
std::string npy(const std::string& type, const std::string& shape, const std::string& bytes) {
  std::string header("\x93NUMPY\x01\x00\x76\x00", 10);
  header += fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", type, shape);
  header.resize(127, ' ');
  return header + '\n' + bytes;
}

const std::string matrix =
    npy("<f4", "(3, 3)", float_bytes({0.5F, -1.25F, 7, 2, 1e-3F, 0, 3, -4, 1e20F}));
const std::string word_array = npy("|S5", "(3,)",
                                   std::string("a\0\0\0\0caf\xC3\xA9"
                                               "5\0\0\0\0",
                                               15));

struct Form {
  std::string name;
  std::string bytes;
  bool packs = true;     // may be in gzip and zip
  bool told_cut = true;  // a cut is told wherever it is, and not only inside of an entry
};

const std::vector<Form> forms = {
    {"GloVe text", glove, true, false},
    {"fastText text", "3 3\na 0.5 -1.25 7 \ncaf\xC3\xA9 2 1e-3 0 \n5 3 -4 1e20 \n"},
    {"word2vec text", "3 3\n" + glove},
    {"word2vec binary", word2vec("3 3", entries)},
    {"word2vec binary of gensim", word2vec("3 3", entries, "")},
    {"npy", matrix, false},
    {"npz", zipped({{"vectors.npy", matrix}, {"words.npy", word_array}}), false},
};

bool any(std::string_view) {
  return true;
}

// A file with a name that tells nothing, and beside it the words that .npy needs.
std::string put(const TemporaryDirectory& directory, const std::string& bytes) {
  directory.file("vectors.words.txt", "a\ncaf\xC3\xA9\n5\n");
  return directory.file("vectors", bytes);
}

void check_loaded(const WordVectors& vectors) {
  CHECK(vectors.words == words);
  CHECK(same(vectors.values, values));
  CHECK(vectors.lines == 3);
  CHECK(vectors.duplicates == 0);
  CHECK(vectors.malformed == 0);
}

}  // namespace

TEST_CASE("every form of vectors gives the same words and numbers, whatever the file is called") {
  const TemporaryDirectory directory;
  for (const Form& form : forms) {
    INFO(form.name);
    const Warnings warnings;
    const std::string path = put(directory, form.bytes);
    check_loaded(load_vectors(path, any));
    check_loaded(load_vectors(path, any, {.malformed = Malformed::skip}));
    const WordVectors some = load_vectors(path, [](std::string_view word) { return word == "5"; });
    CHECK(some.words == Words{"5"});
    CHECK(some.values(0, 2) == 1e20F);
    CHECK(some.lines == 3);
    CHECK(load_vectors(path, [](std::string_view) { return false; }).values.shape() ==
          tapegrad::Shape{0, 3});
    CHECK(warnings.all.empty());
  }
}

TEST_CASE("every form of vectors may be packed with gzip, or be in a zip archive") {
  const TemporaryDirectory directory;
  for (const Form& form : forms) {
    if (!form.packs) continue;
    INFO(form.name);
    check_loaded(load_vectors(directory.file("v", gzipped(form.bytes)), any));
    check_loaded(load_vectors(directory.file("v", zipped({{"a/b.x", form.bytes}})), any));
    const std::string two = directory.file("v", zipped({{"other", "x"}, {"b", form.bytes}}));
    check_loaded(load_vectors(two + ":b", any));
    CHECK_THROWS_AS(load_vectors(two, any), FormatError);
  }
}

TEST_CASE("text behind a line COUNT DIM stays text if its words have control characters") {
  const TemporaryDirectory directory;
  const std::string path = directory.file("v", "2 2\na\x01 1 2\nb\x02 3 4\n");
  CHECK(load_vectors(path, any).words == Words{"a\x01", "b\x02"});
  // A first line of vectors that is longer than what the form is told by.
  std::string wide = "2 20000\n";
  for (const char* const word : {"a\x01", "b"}) {
    wide += word;
    for (int i = 0; i < 20'000; ++i) wide += " 0.125";
    wide += '\n';
  }
  CHECK(load_vectors(directory.file("v", wide), any).width() == 20'000);
}

TEST_CASE("the binary form is told by one vector of one number") {
  const TemporaryDirectory directory;
  for (const float number : {0.0F, 1.0F, -0.1F}) {
    const std::string path = directory.file("v", word2vec("1 1", {{"a", {number}}}));
    CHECK(load_vectors(path, any).values(0, 0) == number);
  }
}

TEST_CASE("a file of vectors that is cut is an error or told, and no crash with skip") {
  const TemporaryDirectory directory;
  for (const Form& form : forms) {
    for (std::size_t size = 0; size < form.bytes.size(); ++size) {
      INFO(form.name << " cut after " << size << " of " << form.bytes.size());
      const bool at_an_end = size > 0 && form.bytes[size - 1] == '\n';
      const bool only_end_is_missing =
          form.name == "word2vec binary" && size + 1 == form.bytes.size();
      const std::string path = put(directory, form.bytes.substr(0, size));
      const Warnings warnings;
      const std::string error = error_of<FormatError>([&] { load_vectors(path, any); });
      // What is cut within the last number looks whole, but for the line end.
      const bool may_look_whole = form.name.find("text") != std::string::npos && !at_an_end;
      if (only_end_is_missing || (!form.told_cut && at_an_end)) {
        CHECK(error == "nothing was thrown");
      } else if (may_look_whole && error == "nothing was thrown") {
        REQUIRE(warnings.all.size() == 1);
        CHECK_THAT(warnings.all[0], Catch::Contains("there is no line end behind the last number"));
      } else {
        CHECK(error != "nothing was thrown");
      }
      try {
        const WordVectors some = load_vectors(path, any, {.malformed = Malformed::skip});
        CHECK(some.words.size() <= 3);
      } catch (const FormatError&) {  // nothing of the file can be used
      }
    }
  }
}

TEST_CASE("no byte that is wrong makes a file of vectors crash the program") {
  const TemporaryDirectory directory;
  const Warnings warnings;
  for (const Form& form : forms) {
    for (std::size_t at = 0; at < form.bytes.size(); ++at) {
      for (const int bit : {0x10, 0xFF}) {
        std::string bad = form.bytes;
        bad[at] = static_cast<char>(bad[at] ^ bit);
        const std::string path = put(directory, bad);
        for (const Malformed policy : {Malformed::strict, Malformed::skip}) {
          try {
            load_vectors(path, any, {.malformed = policy});
          } catch (const FormatError&) {
          }
        }
      }
    }
  }
  SUCCEED();
}

TEST_CASE("large files of every binary form load the same on any number of threads") {
  const TemporaryDirectory directory;
  constexpr std::size_t n = 300'000;
  constexpr std::size_t width = 20;
  const std::string long_word = fmt::format("{:x<3000}5000", "w");
  std::string binary = fmt::format("{} {}\n", n, width);
  std::string lines;
  std::vector<float> numbers(n * width);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(i) * 0.37F;
  for (std::size_t i = 0; i < n; ++i) {
    const std::string word = fmt::format("{:x<{}}{}", "w", i % 1000 == 0 ? 3000 : 1, i);
    binary.append(word).append(" ");
    binary.append(reinterpret_cast<const char*>(numbers.data() + i * width), width * 4);
    if (i % 2 == 0) binary += '\n';
    lines.append(word).append("\n");
  }
  directory.file("v.words.txt", lines);
  Array all(tapegrad::Shape{n, width});
  std::copy(numbers.begin(), numbers.end(), all.data());
  tapegrad::write_npy(directory / "v.npy", all);
  const std::vector<std::string> files = {directory.file("v.bin", binary), directory / "v.npy",
                                          directory.file("v.bin.gz", gzipped(binary))};
  for (const int threads : {1, 2, 5}) {
    tapegrad::set_threads(threads);
    for (const std::string& path : files) {
      INFO(path << " on " << threads);
      const WordVectors vectors = load_vectors(path, any);
      REQUIRE(vectors.words.size() == n);
      CHECK(vectors.words[5000] == long_word);
      CHECK(vectors.words[123'456] == "w123456");
      CHECK(same(vectors.values, all));
    }
  }
  tapegrad::set_threads(0);
}
