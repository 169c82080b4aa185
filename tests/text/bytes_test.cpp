#include <fmt/format.h>
#include <catch2/catch.hpp>
#include <packed.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/text/bytes.hpp>
#include <tapegrad/text/input.hpp>
#include <temporary.hpp>
#include <written_elsewhere.hpp>

using Catch::Contains;
using tapegrad::ByteReader;
using tapegrad::FormatError;
using tapegrad::read_text;

namespace {

std::string read_error(const std::string& path) {
  return error_of<FormatError>([&] { read_text(path); });
}

}  // namespace

TEST_CASE("a zip archive of one file reads as that file, stored or deflated, named or not") {
  const TemporaryDirectory directory;
  const std::string stored = directory.file("s.zip", zipped({{"a.txt", "some text"}}));
  CHECK(read_text(stored) == "some text");
  CHECK(read_text(stored + ":a.txt") == "some text");
  const std::string deflated = directory.file("d", zip_deflated);
  CHECK(read_text(deflated) == "a 0.5 -1.25\nb 2 1e-3\n");
  CHECK(read_text(deflated + ":v/glove.txt") == "a 0.5 -1.25\nb 2 1e-3\n");
  tapegrad::LineReader lines(deflated);
  std::string_view line;
  CHECK(lines.next(line));
  CHECK(line == "a 0.5 -1.25");
}

TEST_CASE("of an archive with several files one must be named, and the error lists them") {
  const TemporaryDirectory directory;
  const std::string path = directory.file(
      "g.zip", zipped({{"g.50d.txt", "fifty"}, {"more/", ""}, {"more/g.100d.txt", "hundred"}}));
  CHECK(read_text(path + ":g.50d.txt") == "fifty");
  CHECK(read_text(path + ":more/g.100d.txt") == "hundred");
  CHECK(read_error(path) ==
        fmt::format("{0}: expected one file in the archive, or the name of one as {0}:NAME, found "
                    "g.50d.txt, more/g.100d.txt",
                    path));
  CHECK(read_error(path + ":g.txt") ==
        path + ": expected the file \"g.txt\" in it, found g.50d.txt, more/g.100d.txt");
  const std::string none = directory.file("n.zip", zipped({}));
  CHECK_THAT(read_error(none), Contains("found none"));
  std::vector<std::pair<std::string, std::string>> many;
  for (int i = 0; i < 22; ++i) many.emplace_back(fmt::format("f{}", i), "");
  CHECK_THAT(read_error(directory.file("m.zip", zipped(many))), Contains("f19 and 2 more"));
}

TEST_CASE("what macOS adds to an archive does not count") {
  const TemporaryDirectory directory;
  CHECK(read_text(directory.file("m.zip", zipped({{"a", "text"}, {"__MACOSX/._a", "x"}}))) ==
        "text");
}

TEST_CASE("a file that has a colon in its name comes before the archive") {
  const TemporaryDirectory directory;
  const std::string archive = directory.file("g.zip", zipped({{"a.txt", "in the archive"}}));
  CHECK(read_text(archive + ":a.txt") == "in the archive");
  directory.file("g.zip:a.txt", "beside it");
  CHECK(read_text(archive + ":a.txt") == "beside it");
  const std::string odd = directory.file("x:y.zip", zipped({{"a:b", "odd"}}));
  CHECK(read_text(odd + ":a:b") == "odd");
}

TEST_CASE("a name behind a file that is no archive, and one behind none, are errors") {
  const TemporaryDirectory directory;
  const std::string text = directory.file("a.txt", "text");
  CHECK(read_error(text + ":b") == text + ": expected a zip archive with the file \"b\" in it");
  CHECK_THAT(error_of<std::system_error>([&] { read_text(directory / "none.zip:a"); }),
             Contains("none.zip:a: cannot read: No such file"));
}

TEST_CASE("a zip archive that is cut or damaged anywhere in its data is an error") {
  const TemporaryDirectory directory;
  for (const std::string& whole : {zip_deflated, zipped({{"a.txt", std::string(50, 'x')}})}) {
    for (std::size_t size = 4; size < whole.size(); ++size) {
      INFO("cut after " << size);
      CHECK(read_error(directory.file("c.zip", whole.substr(0, size))) != "nothing was thrown");
    }
    std::string bad = whole;
    bad[45] = static_cast<char>(bad[45] ^ 1);
    CHECK_THAT(read_error(directory.file("d.zip", bad)), Contains("zip data"));
  }
}

TEST_CASE("a gzip file that is cut anywhere is an error") {
  const TemporaryDirectory directory;
  const std::string whole = gzipped("a 0.5 -1.25\nb 2 1e-3\n");
  CHECK(read_text(directory.file("w.gz", whole)) == "a 0.5 -1.25\nb 2 1e-3\n");
  for (std::size_t size = 2; size < whole.size(); ++size) {
    INFO("cut after " << size);
    CHECK_THAT(read_error(directory.file("c.gz", whole.substr(0, size))),
               Contains("damaged or incomplete gzip data"));
  }
}

TEST_CASE("a gzip file that is cut where a buffer is full is an error") {
  const TemporaryDirectory directory;
  const std::string whole = gzipped(std::string(1'100'000, 'a'));
  for (std::size_t size = 2; size < whole.size(); ++size) {
    INFO("cut after " << size);
    CHECK(read_error(directory.file("c.gz", whole.substr(0, size))) != "nothing was thrown");
  }
}

TEST_CASE("what follows the last member of a gzip file is left out, as gzip does") {
  const TemporaryDirectory directory;
  CHECK(read_text(directory.file("t.gz", gzipped("a\n") + gzipped("b\n") + "rest")) == "a\nb\n");
  CHECK(read_text(directory.file("e.gz", gzipped(""))).empty());
}

TEST_CASE("a plain file that is cut short while it is read is an error with its name") {
  const TemporaryDirectory directory;
  const std::string path = directory.file("f", "0123456789");
  ByteReader bytes(path);
  std::filesystem::resize_file(path, 4);
  std::string read(10, '\0');
  CHECK(error_of<FormatError>([&] { bytes.read(read.data(), 10); }) ==
        path + ": was cut short while it was read, from 10 to 4 bytes");
}

TEST_CASE("the head of a file is read again") {
  const TemporaryDirectory directory;
  for (const std::string& content :
       {std::string("0123456789"), gzipped("0123456789"), zipped({{"a", "0123456789"}})}) {
    ByteReader bytes(directory.file("f", content));
    CHECK(bytes.head(4) == "0123");
    CHECK(bytes.head(4) == "0123");
    std::string read(3, '\0');
    CHECK(bytes.read(read.data(), 3) == 3);
    CHECK(read == "012");
    read.resize(20);
    CHECK(bytes.read(read.data(), 20) == 7);
    CHECK(read.substr(0, 7) == "3456789");
    CHECK(bytes.read(read.data(), 20) == 0);
  }
}
