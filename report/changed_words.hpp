// How the neighbourhoods of words changed in training.
#pragma once

#include <tapegrad/report/record.hpp>
#include <tapegrad/text/vocabulary.hpp>
#include <vector>

namespace tapegrad {

/// The k words most similar to each of `ids`, by the table [V, D] before training and by that after
/// it, among all words of the vocabulary, whose rows come first in the tables.
std::vector<ChangedWord> changed_words(const Vocabulary& vocabulary, const Array& before,
                                       const Array& after, const std::vector<Index>& ids, Index k);

}  // namespace tapegrad
