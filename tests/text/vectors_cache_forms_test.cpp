// Which files the cache of word vectors keeps, and that it answers right under both policies.
#include <catch2/catch.hpp>
#include <packed.hpp>
#include <same.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/text/vectors.hpp>
#include <tapegrad/text/vectors_cache.hpp>
#include <temporary.hpp>
#include <warnings.hpp>
#include <word2vec.hpp>
#include <written_elsewhere.hpp>

namespace fs = std::filesystem;
using Catch::Contains;
using tapegrad::FormatError;
using tapegrad::load_vectors;
using tapegrad::Malformed;
using tapegrad::WordVectors;

namespace {

bool any(std::string_view) {
  return true;
}

bool unlike_b(std::string_view word) {
  return word != "b";
}

struct Files {
  TemporaryDirectory directory;
  std::string text = directory / "v.txt";
  std::string folder = directory / "a/cache";
  std::string copy = tapegrad::detail::cache_file(text, folder);
};

void check_equal(const WordVectors& a, const WordVectors& b) {
  CHECK(a.words == b.words);
  CHECK(same(a.values, b.values));
  CHECK(a.lines == b.lines);
  CHECK(a.duplicates == b.duplicates);
  CHECK(a.malformed == b.malformed);
}

}  // namespace

TEST_CASE("a cache made under one policy answers right under the other") {
  const Files files;
  const auto load = [&](Malformed policy, const tapegrad::WordFilter& wanted) {
    return load_vectors(files.text, wanted, {.cache = files.folder, .malformed = policy});
  };
  const auto strict_error = [&](const tapegrad::WordFilter& wanted) {
    return error_of<FormatError>([&] { load(Malformed::strict, wanted); });
  };
  // Bad numbers are in the copy, a word without any is not.
  files.directory.file("v.txt", "a 1 2\nb 1 x\nc 3 4\nb 5 6\n");
  for (int time = 0; time < 2; ++time) {
    const Warnings warnings;
    check_equal(load(Malformed::skip, any),
                load_vectors(files.text, any, {.malformed = Malformed::skip}));
    CHECK(load(Malformed::skip, any).words == std::vector<std::string>{"a", "c", "b"});
    CHECK(load(Malformed::strict, unlike_b).words == std::vector<std::string>{"a", "c"});
    CHECK(strict_error(any) ==
          files.text + ":2: expected a finite number as value 2 of 2, found \"x\"");
    CHECK(warnings.all.size() == 3);
    CHECK(fs::exists(files.copy));
  }
  fs::remove(files.copy);
  files.directory.file("v.txt", "a 1 2\nb 1\nc 3 4\n");
  for (int time = 0; time < 2; ++time) {
    const Warnings warnings;
    const WordVectors some = load(Malformed::skip, any);
    CHECK(some.words == std::vector<std::string>{"a", "c"});
    CHECK(some.malformed == 1);
    REQUIRE(warnings.all.size() == 2);
    CHECK(warnings.all[0] == "not cached: " + files.text +
                                 ":2: expected a word and 2 numbers, found 1 fields behind \"b\"");
    CHECK_THAT(warnings.all[1], Contains("left out: 1 without a word and 2 numbers"));
    CHECK(strict_error(any).substr(files.text.size(), 3) == ":2:");
    CHECK_FALSE(fs::exists(files.copy));
  }
}

TEST_CASE("each file of an archive has a cache of its own, made again when the archive changes") {
  const Files files;
  const std::string archive =
      files.directory.file("v.zip", zipped({{"one", "a 1 2\n"}, {"in/two", "b 1 2 3\n"}}));
  const auto load = [&](const std::string& member) {
    return load_vectors(archive + ":" + member, any, {.cache = files.folder});
  };
  const Warnings warnings;
  CHECK_FALSE(load("one").cache_written.empty());
  CHECK_FALSE(load("in/two").cache_written.empty());
  CHECK(load("one").width() == 2);
  CHECK(load("in/two").width() == 3);
  CHECK(load("in/two").cache_written.empty());
  CHECK(warnings.all.empty());
  files.directory.file("v.zip", zipped({{"one", "a 1 2 3 4\n"}, {"in/two", "b 1 2 3\n"}}));
  CHECK(load("one").width() == 4);
  CHECK(warnings.all.size() == 1);
}

TEST_CASE("word2vec's binary form is cached, .npy and .npz are not, and that is told") {
  const Files files;
  const auto load = [&](const std::string& path) {
    return load_vectors(path, any, {.cache = files.folder});
  };
  const std::string binary =
      files.directory.file("v.bin", word2vec("2 2", {{"a", {0.5F, 0}}, {"b", {2, 3}}}));
  const WordVectors first = load(binary);
  CHECK_FALSE(first.cache_written.empty());
  check_equal(first, load(binary));
  check_equal(first, load_vectors(binary, any));
  files.directory.file("v.words.txt", "a\nb\n");
  const std::string npy = files.directory.file("v.npy", npy_f64);
  const std::string npz = files.directory.file("v.npz", npz_deflated);
  for (const std::string& path : {npy, npz}) {
    const Warnings warnings;
    check_equal(load(path), load_vectors(path, any));
    CHECK(warnings.all ==
          std::vector<std::string>{path + ": is not cached: it loads as fast without"});
  }
  CHECK(std::distance(fs::directory_iterator(files.folder), fs::directory_iterator()) == 1);
}
