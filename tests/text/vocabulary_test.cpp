#include <catch2/catch.hpp>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/text/vocabulary.hpp>

#include <temporary.hpp>

using tapegrad::FormatError;
using tapegrad::Vocabulary;
using tapegrad::WordCounts;
using Words = std::vector<std::string>;

namespace {

WordCounts sample() {
  WordCounts counts;
  for (const auto* word : {"b", "a", "c", "b", "c", "c", "d"}) counts.add(word);
  return counts;
}

std::string load_error(const std::string& content) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("vocab.txt", content);
  return error_of<FormatError>([&] { Vocabulary::load(path); }).substr(path.size());
}

}  // namespace

TEST_CASE("words are numbered behind <pad> and <unk> by frequency, then by bytes") {
  const Vocabulary vocabulary(sample());
  CHECK(vocabulary.words() == Words{"<pad>", "<unk>", "c", "b", "a", "d"});
  CHECK(vocabulary.id("c") == 2);
  CHECK(vocabulary.id("x") == Vocabulary::unk);
  CHECK_FALSE(vocabulary.find("x"));
  CHECK(vocabulary.count(2) == 3);
  CHECK(vocabulary.count(Vocabulary::unk) == 0);
}

TEST_CASE("rare words are left out and counted under <unk>") {
  const Vocabulary frequent(sample(), {.min_count = 2});
  CHECK(frequent.words() == Words{"<pad>", "<unk>", "c", "b"});
  CHECK(frequent.count(Vocabulary::unk) == 2);
  CHECK(Vocabulary(sample(), {.max_size = 3}).words() == Words{"<pad>", "<unk>", "c"});
  CHECK_THROWS_WITH(Vocabulary(sample(), {.max_size = 1}),
                    "vocabulary: max_size is 1, expected 0 (no limit) or at least 2: <pad> and "
                    "<unk> count");
  CHECK_THROWS_WITH(Vocabulary(sample(), {.min_count = -1}),
                    "vocabulary: min_count is -1, expected 0 or more");
}

TEST_CASE("extra words stand at the end, sorted, each once") {
  const Vocabulary vocabulary(sample(), {.max_size = 3}, {"z", "b", "c", "y", "z", "<pad>"});
  CHECK(vocabulary.words() == Words{"<pad>", "<unk>", "c", "b", "y", "z"});
  CHECK(vocabulary.count(5) == 0);
}

TEST_CASE("a text's own <pad> and <unk> are unknown words, never padding") {
  WordCounts counts = sample();
  counts.add("<pad>", 100);
  counts.add("<unk>", 50);
  const Vocabulary vocabulary(counts);
  CHECK(vocabulary.size() == 6);
  CHECK(vocabulary.id("<pad>") == Vocabulary::unk);
  CHECK_FALSE(vocabulary.find("<unk>"));
  CHECK(vocabulary.count(Vocabulary::unk) == 150);
}

TEST_CASE("a saved vocabulary has its id in the line number and loads as it was") {
  const TemporaryDirectory directory;
  const Vocabulary vocabulary(sample(), {}, {"caf\xC3\xA9", "a b"});
  vocabulary.save(directory / "vocab.txt");
  CHECK(tapegrad::read_file(directory / "vocab.txt") ==
        "<pad>\n<unk>\nc\nb\na\nd\na b\ncaf\xC3\xA9\n");
  const Vocabulary loaded = Vocabulary::load(directory / "vocab.txt");
  CHECK(loaded.words() == vocabulary.words());
  CHECK(loaded.id("a b") == 6);
}

TEST_CASE("a damaged vocabulary file is refused with the line") {
  CHECK(load_error("") == ":1: expected <pad>, found the end of the file");
  CHECK(load_error("<pad>\n") == ":2: expected <unk>, found the end of the file");
  CHECK(load_error("<unk>\n<pad>\n") == ":1: expected <pad>, found \"<unk>\"");
  CHECK(load_error("<pad>\n<unk>\na\n\nb\n") == ":4: expected a word, found an empty line");
  CHECK(load_error("<pad>\n<unk>\na\r\n") == ":3: expected LF line ends, found a CR");
  CHECK(load_error("<pad>\n<unk>\na\nb\na\n") == ":5: the word \"a\" stands on line 3 already");
  const std::string word(1000, 'a'), told(60, 'a');
  CHECK(load_error("<pad>\n<unk>\n" + word + "\n" + word + "\n") ==
        ":4: the word \"" + told + "\" stands on line 3 already");
  CHECK(load_error(word + "\n") == ":1: expected <pad>, found \"" + told + "\"");
  CHECK(load_error("<pad>\n<unk>\n<pad>\n") == ":3: <pad> occurs twice");
  CHECK(load_error("<pad>\n<unk>\na\nb") ==
        ":4: expected a line end behind the last word: the file is cut");
}

TEST_CASE("an id outside the vocabulary and a word that is none are errors") {
  CHECK_THROWS_WITH(Vocabulary().word(2), "vocabulary: id 2 is out of range [0, 2)");
  CHECK_THROWS_AS(Vocabulary().count(-1), tapegrad::IndexError);
  WordCounts counts;
  counts.add("a\nb");
  CHECK_THROWS_AS(Vocabulary(counts), std::invalid_argument);
}
