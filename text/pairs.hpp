// Pairs of texts, of which one is to be made into the other, and the units they consist of.
#pragma once

#include <string>
#include <string_view>
#include <tapegrad/text/batches.hpp>
#include <tapegrad/text/bytes.hpp>
#include <tapegrad/text/vocabulary.hpp>
#include <vector>

namespace tapegrad {

/// N texts and what each is to become.
struct TextPairs {
  std::vector<std::string> sources;
  std::vector<std::string> targets;

  std::size_t size() const { return sources.size(); }
  void add(std::string source, std::string target) {
    sources.push_back(std::move(source));
    targets.push_back(std::move(target));
  }
};

/// Reads a file, plain, gzip or in a zip archive ("-" is standard input), with a source, a tab and
/// its target on each line, without a header. A byte order mark is dropped. FormatError with the
/// line if it has not two columns, one of them is empty, or holds a CR, and for a file without
/// lines; std::system_error if it cannot be read.
TextPairs read_pairs(const std::string& path, const ReadProgress& progress = {});

/// What a text is cut into: characters (Unicode's code points), or words between spaces.
enum class Unit { character, word };
/// "char", "word". The other way throws std::invalid_argument for any other name.
std::string to_string(Unit unit);
Unit unit_of(const std::string& name);

/// The units of a text, views into it. Spaces around words are dropped.
std::vector<std::string_view> split_units(std::string_view text, Unit unit);
/// The text that consists of these units: words with a space between them.
std::string join_units(const std::vector<std::string>& units, Unit unit);

/// Where a target begins and ends, in its vocabulary. Units that read so are unknown ones.
constexpr std::string_view begin_mark = "<s>";
constexpr std::string_view end_mark = "</s>";
enum class Marks { none, around };

/// The units of these texts, with Marks::around also the two marks.
Vocabulary unit_vocabulary(const std::vector<std::string>& texts, Unit unit, Marks marks);
/// Texts as ids, with Marks::around between the two marks, which the vocabulary must have.
EncodedTexts encode_units(const std::vector<std::string>& texts, Unit unit,
                          const Vocabulary& vocabulary, Marks marks);

}  // namespace tapegrad
