// What a terminal is sent of texts that come from strangers.
#include <catch2/catch.hpp>

#include "console/printable.hpp"
#include "program.hpp"

using Catch::Contains;
using tapegrad::console::printable;

TEST_CASE("texts are shown as they are, control characters and broken bytes as their numbers") {
  const std::string good = "na\xC3\xAFve \"\xE2\x82\xAC 5\"\t\xF0\x9F\x98\x80 a\\b \xC2\xA0.";
  CHECK(printable(good) == good);
  CHECK(printable("") == "");  // NOLINT(readability-container-size-empty)
  CHECK(printable("\x1B]0;pwned\x07\x1B[31mRED") == "\\x1B]0;pwned\\x07\\x1B[31mRED");
  CHECK(printable("a\r\nb\x7F") == "a\\x0D\\x0Ab\\x7F");
  CHECK(printable(std::string_view("a\0b", 3)) == "a\\x00b");
  // U+009B begins a command as ESC [ does, as does the bare byte in other encodings.
  CHECK(printable("\xC2\x80\xC2\x9B"
                  "1m") == "\\xC2\\x80\\xC2\\x9B1m");
  CHECK(printable("\x9B"
                  "1m \xC3( \xE2\x82\x1B \xC2") == "\\x9B1m \\xC3( \\xE2\\x82\\x1B \\xC2");
}

TEST_CASE("the middle of a long text is left out, between characters") {
  const std::string euro = "\xE2\x82\xAC";
  std::string text;
  while (text.size() < 2000) text += euro;
  CHECK(printable(text.substr(0, 1998)) == text.substr(0, 1998));
  for (const std::size_t before : {0U, 1U, 2U}) {
    std::string longer(before, 'a');
    for (int i = 0; i < 5000; ++i) longer += euro;
    const std::string shown = printable(longer);
    INFO(shown);
    CHECK(shown.size() < 2050);
    CHECK(shown.size() > 1990);
    CHECK_THAT(shown, !Contains("\\x") && Contains(euro + " [... 13,0") &&
                          Contains(" bytes ...] " + euro));
  }
  CHECK(printable(std::string(1000, 'a') + std::string(8'000'000, 'b') + std::string(1000, 'c')) ==
        std::string(1000, 'a') + " [... 8,000,000 bytes ...] " + std::string(1000, 'c'));
}

TEST_CASE("no byte of a file reaches the terminal as a command") {
  const TemporaryDirectory directory;
  const std::string vectors = directory.file("v.txt", "cat 1 0\n");
  const std::string pairs = directory.file("pairs.txt", "\x1B]0;pwned\x07 \x1B[31mRED\n");
  const Finished done = run("similar_words", {vectors, "--eval", pairs});
  CHECK(done.code == 1);
  CHECK_THAT(done.err, Contains("found \"\\x1B]0;pwned\\x07 \\x1B[31mRED\"\n"));
  CHECK(done.err.find('\x1B') == std::string::npos);
  // Not in the name of a file either.
  CHECK_THAT(run("similar_words", {directory / "\x1B[2J", "cat"}).err,
             Contains("/\\x1B[2J: cannot"));
}
