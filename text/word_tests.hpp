// Files that say what good word vectors should know: rated pairs of words, and analogies.
#pragma once

#include <array>
#include <string>
#include <vector>

namespace tapegrad {

/// Two words, and how similar people find them.
struct RatedPair {
  std::string first, second;
  double rating = 0;
};

/// Questions "a b c d": a is to b as c is to d.
struct AnalogySection {
  std::string name;  // may be empty
  std::vector<std::array<std::string, 4>> questions;
};

/// One of the two.
struct WordTest {
  std::vector<RatedPair> pairs;
  std::vector<AnalogySection> sections;

  bool has_analogies() const { return !sections.empty(); }
};

/// Reads a file (plain, gzip, in a zip archive, or "-") of one of two forms, told by its first
/// lines:
///
/// - Pairs, as WordSim-353, SimLex-999, MEN and RG-65 have them: two words and a rating a line,
///   separated by tabs, commas or spaces. The rating is the first finite number behind the words,
///   of which the second is no number itself; what comes behind it is not looked at. A first line
///   without a number is a header.
/// - Analogies, as Google's questions-words.txt has them: four words a line, separated by tabs or
///   spaces, in sections with a line ": NAME" before them.
///
/// Empty lines and lines that begin with # are no matter, nor are CRLF and a byte order mark.
/// FormatError with the line for one that does not fit, a rating that is not finite, an empty file,
/// or one of neither form; std::system_error if it cannot be read.
WordTest read_word_test(const std::string& path);

}  // namespace tapegrad
