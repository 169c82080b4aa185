#include <catch2/catch.hpp>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/text/pairs.hpp>

#include <temporary.hpp>

using tapegrad::encode_units;
using tapegrad::FormatError;
using tapegrad::join_units;
using tapegrad::Marks;
using tapegrad::read_pairs;
using tapegrad::split_units;
using tapegrad::TextPairs;
using tapegrad::Unit;
using tapegrad::unit_vocabulary;
using Views = std::vector<std::string_view>;
using Ids = tapegrad::LargeVector<std::int32_t>;

namespace {

// The message about a file of this content, without the file's name.
std::string complaint(const std::string& content) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("pairs.tsv", content);
  const std::string text = error_of<FormatError>([&] { read_pairs(path); });
  return text.rfind(path, 0) == 0 ? text.substr(path.size()) : text;
}

}  // namespace

TEST_CASE("pairs are read with their spaces, whatever ends a line") {
  const TemporaryDirectory directory;
  const TextPairs pairs = read_pairs(directory.file("p",
                                                    "\xEF\xBB\xBF"
                                                    "4\tfour\r\n10 2\tten  two\n\xC3\xA9\t e"));
  CHECK(pairs.sources == std::vector<std::string>{"4", "10 2", "\xC3\xA9"});
  CHECK(pairs.targets == std::vector<std::string>{"four", "ten  two", " e"});
}

TEST_CASE("a line that is no pair is told with its number, what was expected and what was found") {
  const std::string expected = "expected a source, a tab and a target, found ";
  CHECK(complaint("1\tone\n2 two\n") == ":2: " + expected + "no tab in \"2 two\"");
  CHECK(complaint("1\tone\n\n3\tthree\n") == ":2: " + expected + "no tab in \"\"");
  CHECK(complaint("1\tone\teins\n") == ":1: " + expected + "2 tabs in \"1\tone\teins\"");
  CHECK(complaint("1\tone\n\ttwo\n") == ":2: expected a source, found it empty");
  CHECK(complaint("1\tone\n2\t \n") == ":2: expected a target, found it empty");
  CHECK(complaint("1\to\rne\n") ==
        ":1: expected LF or CR LF at line ends only, found a CR in the target");
  CHECK(complaint("") == ": expected pairs of texts, found an empty file");
}

TEST_CASE("a file that cannot be read is named") {
  CHECK_THAT(error_of<std::system_error>([] { read_pairs("/nowhere/pairs"); }),
             Catch::Contains("/nowhere/pairs"));
}

TEST_CASE("characters are code points, words stand between spaces, and both are joined again") {
  CHECK(split_units("a \xC3\xA9\xE2\x82\xAC", Unit::character) ==
        Views{"a", " ", "\xC3\xA9", "\xE2\x82\xAC"});
  CHECK(split_units("  two  words\t", Unit::word) == Views{"two", "words"});
  CHECK(split_units("", Unit::character).empty());
  CHECK(split_units("  ", Unit::word).empty());
  CHECK(join_units({"a", " ", "b"}, Unit::character) == "a b");
  CHECK(join_units({"two", "words"}, Unit::word) == "two words");
}

TEST_CASE("units are named char and word") {
  for (const Unit unit : {Unit::character, Unit::word}) {
    CHECK(tapegrad::unit_of(to_string(unit)) == unit);
  }
  CHECK(error_of<std::invalid_argument>([] { tapegrad::unit_of("byte"); }) ==
        "unit: \"byte\" is not one of char, word");
}

TEST_CASE("targets stand between marks, and a unit that reads like a mark is unknown") {
  const std::vector<std::string> texts{"b b a", "<s> b </s>"};
  const auto vocabulary = unit_vocabulary(texts, Unit::word, Marks::around);
  CHECK(vocabulary.words() == std::vector<std::string>{"<pad>", "<unk>", "b", "a", "</s>", "<s>"});
  const auto encoded = encode_units({"a b", "<s> c", ""}, Unit::word, vocabulary, Marks::around);
  CHECK(encoded.ids == Ids{5, 3, 2, 4, 5, 1, 1, 4, 5, 4});
  CHECK(encoded.offsets == std::vector<tapegrad::Index>{0, 4, 8, 10});
  CHECK(encoded.unknown == 2);
}

TEST_CASE("sources have no marks, so that <s> is a word like others") {
  const auto vocabulary = unit_vocabulary({"<s> <s> a"}, Unit::word, Marks::none);
  CHECK(vocabulary.words() == std::vector<std::string>{"<pad>", "<unk>", "<s>", "a"});
  CHECK(encode_units({"a <s> b"}, Unit::word, vocabulary, Marks::none).ids == Ids{3, 2, 1});
}
