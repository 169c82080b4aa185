// Word vectors as a program is given them: a file, or the folder of a model.
#pragma once

#include <optional>
#include <string>
#include <tapegrad/text/vectors.hpp>
#include <tapegrad/text/word_space.hpp>

namespace tapegrad {

/// The vectors of the words that `wanted` accepts; without it all. Errors as in load_model for a
/// folder, else as in load_vectors.
WordVectors load_word_vectors(const std::string& path, const VectorOptions& options,
                              const WordFilter& wanted = {});

/// "\"flim\" has no vector in glove.txt; similarly spelled: film, flip"
std::string unknown_word(std::string_view word, const std::string& source,
                         const std::vector<std::string>& suggestions);

/// A word as people write it, looked up in vectors.
class WordLookup {
 public:
  /// `source` names the vectors in errors. Without `exact_case` a word that is not there as it is
  /// written is looked for in lower case.
  WordLookup(const WordSpace& space, std::string source, bool exact_case)
      : space_(space), source_(std::move(source)), exact_case_(exact_case) {}

  std::optional<Index> find(std::string_view word) const;
  /// The same for a word that has to be there: std::runtime_error with the text of unknown().
  Index row(std::string_view word) const;
  /// Words that may be meant by an unknown one, the likeliest first.
  std::vector<std::string> suggestions(std::string_view word) const;
  /// The text of unknown_word.
  std::string unknown(std::string_view word, const std::vector<std::string>& suggestions) const {
    return unknown_word(word, source_, suggestions);
  }

 private:
  const WordSpace& space_;
  std::string source_;
  bool exact_case_;
};

}  // namespace tapegrad
