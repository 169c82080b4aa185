// What similar_words writes: tables, lines of fields with tabs between, JSON lines.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <tapegrad/text/vector_changes.hpp>
#include <tapegrad/text/word_evaluation.hpp>
#include <tapegrad/text/word_space.hpp>
#include <vector>

namespace tapegrad {

enum class WordForm { table, tsv, json };

/// By what words are ordered that changed.
enum class ChangeOrder { neighbours, distance };

/// A word that was asked for, and what is known of it.
struct WordAnswer {
  std::string word;                           // as it was asked for
  std::string found;                          // as it stands in the vectors; empty: it does not
  std::vector<std::string> suggestions = {};  // for an unknown word
  std::vector<Neighbour> neighbours = {};
};
/// The text for one word; nothing for an unknown one but with WordForm::json.
std::string answer_text(WordForm form, const WordSpace& space, const WordAnswer& answer);

/// `words`: a, b and c.
std::string analogy_text(WordForm form, const WordSpace& space,
                         const std::vector<std::string>& words,
                         const std::vector<Neighbour>& answers);
std::string similarity_text(WordForm form, const std::vector<std::string>& words, double cosine);

/// A file of --eval and what came out.
struct EvaluatedFile {
  std::string file;
  std::optional<PairsResult> pairs;  // else:
  std::vector<AnalogiesResult> sections = {};
  Index lower_cased = 0;  // words that were found in lower case only
};
std::string evaluation_text(WordForm form, const std::vector<EvaluatedFile>& files);

/// Vectors as they are told of.
struct VectorsName {
  std::string name;
  Index vectors = 0;  // of a word that comes twice both
  Index width = 0;
};
/// A word that --compare shows.
struct ShownWord {
  std::size_t place = 0;                 // in the words and changes of the comparison
  std::vector<Neighbour> before, after;  // its nearest words, nearest first
};
/// What --compare found: `changes` belong to `words`.
struct Comparison {
  VectorsName before, after;
  Index common = 0;  // words that both have
  Index k = 0;       // neighbours of each
  std::vector<std::string> words;
  std::vector<VectorChange> changes;
  std::vector<ShownWord> shown;
};
/// What is compared, and how much changed in all; the table has it on top.
std::string comparison_head(const Comparison& comparison);
std::string comparison_text(WordForm form, const Comparison& comparison);

}  // namespace tapegrad
