// similar_words --compare: what changed from some vectors to others.
#pragma once

#include "similar_words_options.hpp"

namespace tapegrad {

/// Compares options.compare with options.vectors and prints what is found; an exit code of
/// console.hpp. Errors as in load_word_vectors, and std::runtime_error if they have no word in
/// common.
int compare_words(const SimilarWordsOptions& options);

}  // namespace tapegrad
