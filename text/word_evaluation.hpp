// How good word vectors are, by pairs that people have rated and by analogies.
#pragma once

#include <functional>
#include <string>
#include <tapegrad/text/word_space.hpp>
#include <tapegrad/text/word_tests.hpp>
#include <vector>

namespace tapegrad {

/// Spearman's rank correlation of two lists of one length: Pearson's of the ranks, where equal
/// numbers share the mean of their ranks. NaN for fewer than two, or if all of one list are equal.
/// std::invalid_argument for lists of different lengths.
double spearman(const std::vector<double>& x, const std::vector<double>& y);

/// The row of a word; nothing: it is unknown.
using FindWord = std::function<std::optional<Index>(std::string_view)>;

struct PairsResult {
  Index pairs = 0;
  Index missing = 0;    ///< pairs with an unknown word: they are left out of the correlation
  double spearman = 0;  ///< of ratings and cosines
};

/// Questions, all of a file or of one section.
struct AnalogiesResult {
  std::string name;
  Index questions = 0;
  Index missing = 0;  ///< questions with an unknown word: nobody can answer them
  Index correct = 0;  ///< the first answer is the one that was wanted
  /// Correct answers among the questions whose words are all known; NaN if there are none.
  double accuracy() const;
  /// Correct answers among all questions: missing ones count as wrong.
  double accuracy_of_all() const;
};

inline namespace TAPEGRAD_PRECISION {

/// Compares ratings with cosines. `find` tells the rows of `space`.
PairsResult evaluate(const WordSpace& space, const std::vector<RatedPair>& pairs,
                     const FindWord& find);

/// Asks each section of analogies (WordSpace::solve, among all words), and calls
/// progress(asked, all) in between.
std::vector<AnalogiesResult> evaluate(const WordSpace& space,
                                      const std::vector<AnalogySection>& sections,
                                      const FindWord& find,
                                      const std::function<void(Index, Index)>& progress = {});

}  // namespace TAPEGRAD_PRECISION

/// The sum of those whose name `counts` is true for, under another name.
AnalogiesResult total(const std::vector<AnalogiesResult>& sections, const std::string& name,
                      const std::function<bool(const std::string&)>& counts);

/// Whether a section asks for grammar, by the names of Google's file: "gram3-comparative".
bool is_syntactic(const std::string& section);

}  // namespace tapegrad
