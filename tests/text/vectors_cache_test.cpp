#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zlib.h>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstring>
#include <fstream>
#include <same.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/text/vectors.hpp>
#include <tapegrad/text/vectors_cache.hpp>
#include <temporary.hpp>
#include <warnings.hpp>

namespace fs = std::filesystem;
using Catch::Contains;
using tapegrad::FormatError;
using tapegrad::load_vectors;
using tapegrad::read_file;
using tapegrad::WordVectors;

namespace {

bool any(std::string_view) {
  return true;
}

bool unlike_b(std::string_view word) {
  return word != "b";
}

const std::string content = "a 0.5 -1.25\nb 2 1e-3\n. . 3 4\na 7 8\n";

struct Files {
  TemporaryDirectory directory;
  std::string text = directory.file("v.txt", content);
  std::string folder = directory / "a/cache";
  std::string copy = tapegrad::detail::cache_file(text, folder);

  WordVectors load(const tapegrad::WordFilter& wanted = any) const {
    return load_vectors(text, wanted, {.cache = folder});
  }
  std::string error(const tapegrad::WordFilter& wanted = any) const {
    return error_of<FormatError>([&] { load(wanted); });
  }
};

void check_equal(const WordVectors& a, const WordVectors& b) {
  CHECK(a.words == b.words);
  CHECK(same(a.values, b.values));
  CHECK(a.lines == b.lines);
  CHECK(a.duplicates == b.duplicates);
}

void overwrite(const std::string& path, std::size_t at, char byte) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
}

}  // namespace

TEST_CASE("the cache is written once, said so, and gives what the text gives") {
  const Files files;
  const Warnings warnings;
  for (const auto& wanted : {any, unlike_b}) {
    const WordVectors plain = load_vectors(files.text, wanted);
    const WordVectors first = files.load(wanted);
    CHECK(first.cache_written == (wanted == any ? files.copy : ""));
    check_equal(first, plain);
    const WordVectors second = files.load(wanted);
    CHECK(second.cache_written.empty());
    check_equal(second, plain);
  }
  CHECK(files.load().words == std::vector<std::string>{"a", "b", ". ."});
  CHECK(files.load().duplicates == 1);
  CHECK(files.load([](std::string_view) { return false; }).values.shape() == tapegrad::Shape{0, 2});
  CHECK(warnings.all.empty());
  CHECK(std::distance(fs::directory_iterator(files.folder), fs::directory_iterator()) == 1);
}

TEST_CASE("a cache whose hashes fit, but whose words lie outside of it, is made again") {
  using tapegrad::detail::cache_hash;
  using tapegrad::detail::CacheHeader;
  using tapegrad::detail::CacheRow;
  const Files files;
  files.load();
  const std::string whole = read_file(files.copy);
  CacheHeader header;
  std::memcpy(&header, whole.data(), sizeof header);
  const std::size_t index = sizeof header + header.rows * header.width * sizeof(float);
  const std::size_t words = index + header.rows * sizeof(CacheRow);
  for (const std::uint64_t row : {std::uint64_t{0}, header.rows - 1}) {
    std::string copy = whole;
    const std::uint64_t far = 1'000'000;
    std::memcpy(copy.data() + index + row * sizeof(CacheRow), &far, sizeof far);
    header.index_hash = cache_hash(copy.data() + index, words - index);
    header.index_hash = cache_hash(copy.data() + words, header.word_bytes, header.index_hash);
    header.header_hash = 0;
    header.header_hash = cache_hash(&header, sizeof header);
    std::memcpy(copy.data(), &header, sizeof header);
    std::ofstream(files.copy, std::ios::binary) << copy;
    const Warnings warnings;
    check_equal(files.load(), load_vectors(files.text, any));
    REQUIRE(warnings.all.size() == 1);
    CHECK(warnings.all[0] == files.copy + ": is damaged, and is made again");
  }
}

TEST_CASE("the second time the text is not read") {
  const Files files;
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += fmt::format("word{:05} 1.25 -0.50\n", i);
  files.directory.file("v.txt", text);
  const auto time = fs::last_write_time(files.text);
  files.load();
  // Row 1000 begins at byte 21,000, and the sample holds 4 KB of every 16.
  overwrite(files.text, 21'010, '7');
  fs::last_write_time(files.text, time);
  CHECK(load_vectors(files.text, any).values(1000, 0) == 7.25F);
  CHECK(files.load().values(1000, 0) == 1.25F);
}

TEST_CASE("a cache of another state of the file is made again, and that is told") {
  const Files files;
  files.load();
  const auto time = fs::last_write_time(files.text);
  const auto reload = [&] {
    const Warnings warnings;
    const WordVectors vectors = files.load();
    check_equal(vectors, load_vectors(files.text, any));
    CHECK(vectors.cache_written == files.copy);
    REQUIRE(warnings.all.size() == 1);
    CHECK(warnings.all[0] == files.copy + ": is of another state of the file, and is made again");
    CHECK(files.load().cache_written.empty());
  };
  SECTION("other size") {
    files.directory.file("v.txt", "a 1 2\nb 3 4\n");
    fs::last_write_time(files.text, time);
    reload();
  }
  SECTION("other time") {
    fs::last_write_time(files.text, time + std::chrono::seconds(1));
    reload();
  }
  SECTION("other content, same size and time") {
    overwrite(files.text, 2, '9');
    fs::last_write_time(files.text, time);
    reload();
  }
}

TEST_CASE("a damaged cache is made again, and that is told, wherever the damage is") {
  const Files files;
  const WordVectors plain = files.load();
  const std::string good = read_file(files.copy);
  // The repeated row of the values is never read.
  const std::size_t unread = sizeof(tapegrad::detail::CacheHeader) + 3 * 2 * sizeof(float);
  for (std::size_t at = 0; at < good.size(); ++at) {
    if (at >= unread && at < unread + 2 * sizeof(float)) continue;
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    tapegrad::write_file(files.copy, bad);
    const Warnings warnings;
    INFO("byte " << at);
    check_equal(files.load(), plain);
    REQUIRE(warnings.all.size() == 1);
    CHECK_THAT(warnings.all[0], Contains(files.copy) && Contains("and is made again"));
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{50}, good.size() - 1}) {
    tapegrad::write_file(files.copy, good.substr(0, size));
    const Warnings warnings;
    check_equal(files.load(), plain);
    CHECK(warnings.all == std::vector<std::string>{files.copy + ": is damaged, and is made again"});
  }
  CHECK(read_file(files.copy) == good);
}

TEST_CASE("a cache of a newer version is made again") {
  const Files files;
  files.load();
  overwrite(files.copy, 16, 3);
  const Warnings warnings;
  CHECK(files.load().cache_written == files.copy);
  REQUIRE(warnings.all.size() == 1);
  CHECK_THAT(warnings.all[0], Contains("is of another version or machine, and is made again"));
}

TEST_CASE("where no cache can be written the vectors load without, and that is told once") {
  Files files;
  files.folder = files.directory.file("no-folder", "") + "/cache";
  const Warnings warnings;
  const WordVectors vectors = files.load();
  check_equal(vectors, load_vectors(files.text, any));
  CHECK(vectors.cache_written.empty());
  REQUIRE(warnings.all.size() == 1);
  CHECK_THAT(warnings.all[0], Contains(files.text + ": is not cached: ") && Contains("no-folder"));
}

TEST_CASE("errors of the text are the same with a cache") {
  const Files files;
  const auto same_error = [&](const char* text, const tapegrad::WordFilter& wanted) {
    files.directory.file("v.txt", text);
    const std::string plain = error_of<FormatError>([&] { load_vectors(files.text, wanted); });
    for (int time = 0; time < 2; ++time) CHECK(files.error(wanted) == plain);
    return plain.substr(files.text.size());
  };
  CHECK(same_error("a 1 2\nb 1 x\nc 1\n", any).substr(0, 3) == ":2:");
  CHECK(same_error("a 1 2\nb 1 x\nc 1\n", unlike_b).substr(0, 3) == ":3:");
  CHECK(same_error("a 1 2\nb 1 x\nc 1 2\n", any) ==
        ":2: expected a finite number as value 2 of 2, found \"x\"");
  CHECK(same_error("3 2\na 1 2\nb 1 2\n", any).substr(0, 3) == ":3:");
  CHECK(same_error("", any) == ": expected word vectors, found an empty file");
  // Bad numbers of a word that is not wanted, or repeated, are no error.
  files.directory.file("v.txt", "a 1 2\nb 1 x\na x 2\nc 3 4\n");
  CHECK(files.load(unlike_b).words == std::vector<std::string>{"a", "c"});
  CHECK(files.load(unlike_b).cache_written.empty());
  CHECK_THROWS_AS(load_vectors(files.directory / "missing", any, {.cache = files.folder}),
                  std::system_error);
}

TEST_CASE("gzip files and files of the same name in other folders have caches of their own") {
  const Files files;
  const std::string packed = files.directory / "v.txt.gz";
  gzFile file = gzopen(packed.c_str(), "wb");
  gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
  gzclose(file);
  const std::string other = files.directory.file("other/v.txt", "a 1 2 3\n");
  const auto load = [&](const std::string& path) {
    return load_vectors(path, any, {.cache = files.folder});
  };
  for (int time = 0; time < 2; ++time) {
    check_equal(load(packed), load_vectors(files.text, any));
    CHECK(load(other).width() == 3);
    CHECK(load(files.text).width() == 2);
  }
  CHECK(std::distance(fs::directory_iterator(files.folder), fs::directory_iterator()) == 3);
}

TEST_CASE("the cache has the same bytes on any number of threads, and loads the same") {
  const Files files;
  std::string text;
  for (int i = 0; i < 60'000; ++i) text += fmt::format("word{} {:.5f} {}\n", i, i / 7.0, -i);
  files.directory.file("v.txt", text);
  std::vector<std::string> copies;
  for (const int threads : {1, 3}) {
    tapegrad::set_threads(threads);
    fs::remove_all(files.folder);
    const WordVectors first = files.load();
    const WordVectors second = files.load();
    check_equal(first, second);
    CHECK(second.words.size() == 60'000);
    CHECK(second.values(59'999, 1) == -59'999);
    copies.push_back(read_file(files.copy));
  }
  tapegrad::set_threads(0);
  CHECK(copies[0] == copies[1]);
}
