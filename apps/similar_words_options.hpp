// The command line of similar_words.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <tapegrad/text/vectors.hpp>
#include <vector>

#include "console/manual.hpp"
#include "similar_words_text.hpp"

namespace tapegrad {

struct SimilarWordsOptions {
  std::string vectors;             // a file or the folder of a model
  std::vector<std::string> words;  // none: they come from standard input
  std::vector<std::string> analogy, similarity, eval;
  std::string compare;  // the earlier vectors
  std::optional<WordForm> output;
  Index top = 10;
  bool exact_case = false;
  ChangeOrder by = ChangeOrder::neighbours;
  std::size_t common = 20'000;  // 0: all
  std::size_t show = 20;
  Malformed malformed = Malformed::strict;
  std::string cache;
  bool quiet = false;
  int threads = 0;
};

/// Declares every option.
void add_options(CLI::App& app, SimilarWordsOptions& options);

/// After parsing: throws std::invalid_argument for options that do not fit each other, or would
/// have no effect.
void complete(const CLI::App& app, SimilarWordsOptions& options);

/// What the help page and the manual page say beside the options.
console::Manual similar_words_manual();

/// How the vectors are to be read.
VectorOptions vector_options(const SimilarWordsOptions& options);

}  // namespace tapegrad
