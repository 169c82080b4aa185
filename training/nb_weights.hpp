// Naive-Bayes weights of words and n-grams, as features of a text.
#pragma once

#include <tapegrad/core/array.hpp>
#include <tapegrad/training/fit.hpp>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// The log-count ratio of each id [rows] in texts of two classes (Wang and Manning, ACL 2012):
/// log((p + 1) / sum(p + 1)) - log((n + 1) / sum(n + 1)), where p and n are the numbers of texts of
/// class 1 and of class 0 that hold the id, and the sums go over all ids but padding. 0 for
/// padding. std::invalid_argument for labels other than 0 and 1, IndexError for ids that are not in
/// [0, rows).
Array nb_weights(const LabelledTexts& texts, Index rows);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
