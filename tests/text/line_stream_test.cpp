#include <unistd.h>
#include <zlib.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/text/line_stream.hpp>
#include <thread>
#include <vector>
#include <warnings.hpp>

#include <temporary.hpp>

using Catch::Contains;
using tapegrad::FormatError;
using tapegrad::LineStream;
using Strings = std::vector<std::string>;

namespace {

Strings rest_of(LineStream& stream) {
  Strings all;
  std::string_view line;
  while (stream.next(line)) all.emplace_back(line);
  return all;
}

Strings lines_of(const std::string& content) {
  const TemporaryDirectory directory;
  LineStream stream(directory.file("text", content));
  return rest_of(stream);
}

std::string packed(const std::string& text) {
  const TemporaryDirectory directory;
  const std::string path = directory / "packed";
  const gzFile file = gzopen(path.c_str(), "wb9");
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  return tapegrad::read_file(path);
}

// A pipe whose reading end is a file that can be opened by name.
struct Pipe {
  Pipe() {
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  }
  ~Pipe() {
    ::close(ends[0]);
    if (ends[1] >= 0) ::close(ends[1]);
  }
  std::string name() const { return "/dev/fd/" + std::to_string(ends[0]); }
  void write(const std::string& bytes) const {
    REQUIRE(::write(ends[1], bytes.data(), bytes.size()) == std::ssize(bytes));
  }
  void close() {
    ::close(ends[1]);
    ends[1] = -1;
  }
  int ends[2] = {-1, -1};
};

}  // namespace

TEST_CASE("lines end at LF alone, a CR before it is dropped, and a last line may lack it") {
  CHECK(lines_of("") == Strings{});
  CHECK(lines_of("\n") == Strings{""});
  CHECK(lines_of("a\r\n\n b\rc \r\r\nlast") == Strings{"a", "", " b\rc \r", "last"});
  CHECK(lines_of("last\r") == Strings{"last\r"});
  CHECK(lines_of(std::string("a\0b\n\xFF\n", 6)) == Strings{std::string("a\0b", 3), "\xFF"});
}

TEST_CASE("lines longer than every buffer come whole") {
  const std::string longest(3'000'000, 'x');
  CHECK(lines_of("a\n" + longest + "\nb\n") == Strings{"a", longest, "b"});
}

TEST_CASE("gzip data is unpacked, file behind file, also where it packs a thousandfold") {
  CHECK(lines_of(packed("a\nb\n")) == Strings{"a", "b"});
  CHECK(lines_of(packed("")) == Strings{});
  CHECK(lines_of(packed("a\nb") + packed("c\nd\n")) == Strings{"a", "bc", "d"});
  const std::string longest(8'000'000, 'x');
  CHECK(lines_of(packed(longest + "\n" + longest)) == Strings{longest, longest});
  CHECK(lines_of("\x1F") == Strings{"\x1F"});
  CHECK(lines_of("\x1Fz\n") == Strings{"\x1Fz"});
}

TEST_CASE("gzip data that is damaged, cut or followed by other bytes is told") {
  const std::string good = packed("some text\nand more\n");
  for (const std::size_t size : {std::size_t{2}, std::size_t{11}, good.size() - 1}) {
    CHECK_THAT(error_of<FormatError>([&] { lines_of(good.substr(0, size)); }),
               Contains("damaged or incomplete gzip data: unexpected end of file"));
  }
  std::string damaged = good;
  damaged[good.size() - 5] = static_cast<char>(damaged[good.size() - 5] ^ 1);
  CHECK_THAT(error_of<FormatError>([&] { lines_of(damaged); }),
             Contains("damaged or incomplete gzip data: incorrect"));
  const Warnings warnings;
  CHECK(lines_of(good + "other bytes") == Strings{"some text", "and more"});
  REQUIRE(warnings.all.size() == 1);
  CHECK_THAT(warnings.all[0], Contains("bytes behind the gzip data are left out"));
}

TEST_CASE("a file that cannot be read is named with the reason") {
  const TemporaryDirectory directory;
  CHECK_THAT(error_of<std::system_error>([&] { LineStream(directory / "none"); }),
             Contains("none: cannot read: No such file"));
  LineStream folder(directory.path());
  std::string_view line;
  CHECK_THAT(error_of<std::system_error>([&] { folder.next(line); }),
             Contains(": cannot read: Is a directory"));
}

TEST_CASE("a line of a pipe is ready when it is whole, and not before") {
  Pipe pipe;
  LineStream stream(pipe.name());
  std::string_view line;
  CHECK_FALSE(stream.ready());
  pipe.write("one\ntwo\nthr");
  REQUIRE(stream.ready());
  REQUIRE(stream.next(line));
  CHECK(line == "one");
  CHECK(stream.ready());
  REQUIRE(stream.next(line));
  CHECK(line == "two");
  CHECK_FALSE(stream.ready());
  pipe.write("ee\n\x1F\x8B");
  CHECK(stream.ready());
  REQUIRE(stream.next(line));
  CHECK(line == "three");
  CHECK_FALSE(stream.ready());
  pipe.close();
  CHECK(stream.ready());
  REQUIRE(stream.next(line));
  CHECK(line == "\x1F\x8B");
  CHECK(stream.ready());
  CHECK_FALSE(stream.next(line));
  CHECK_FALSE(stream.next(line));
}

TEST_CASE("gzip data comes line by line too, however it is cut") {
  std::string bytes = packed("one\ntwo\n");
  Pipe pipe;
  LineStream stream(pipe.name());
  for (const char byte : bytes) {
    CHECK_FALSE(stream.ready());
    pipe.write(std::string(1, byte));
    if (stream.ready()) break;
  }
  std::string_view line;
  REQUIRE(stream.next(line));
  CHECK(line == "one");
  pipe.close();
}

TEST_CASE("a stream that waits ends when it is told to stop") {
  Pipe pipe;
  std::atomic<bool> stop = false;
  LineStream stream(pipe.name(), [&] { return stop.load(); });
  pipe.write("one\ntwo");
  std::string_view line;
  REQUIRE(stream.next(line));
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    stop = true;
  });
  CHECK_FALSE(stream.next(line));
  later.join();
}

TEST_CASE("a zip archive is refused, and what only begins like one is text") {
  CHECK_THAT(error_of<FormatError>([] { lines_of("PK\x03\x04\x14"); }),
             Contains("text: expected lines of text, plain or gzip, found a zip archive"));
  for (const std::string text : {"P", "PK", "PK\x03", "PK!", "PK\x03\x05"}) {
    CHECK(lines_of(text) == Strings{text});
    CHECK(lines_of(text + "\nb\n") == Strings{text, "b"});
  }
  Pipe pipe;
  LineStream stream(pipe.name());
  std::string_view line;
  for (const char* piece : {"P", "K", "\x03"}) {
    pipe.write(piece);
    CHECK_FALSE(stream.ready());
  }
  pipe.write("\n");
  REQUIRE(stream.ready());
  REQUIRE(stream.next(line));
  CHECK(line == "PK\x03");
}
