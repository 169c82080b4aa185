// Naive-Bayes weights of words and n-grams, as features of a text.
#pragma once

#include <tapegrad/core/array.hpp>
#include <tapegrad/training/fit.hpp>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// The log-count ratio of each id [rows] in texts of two classes (Wang and Manning, ACL 2012):
/// log((p + a) / sum(p + a)) - log((n + a) / sum(n + a)), where p and n are the numbers of texts of
/// class 1 and of class 0 that hold the id, the sums go over all ids but padding, and a is
/// `smoothing`. 0 for padding. std::invalid_argument for labels other than 0 and 1 and a smoothing
/// that is not positive, IndexError for ids that are not in [0, rows).
Array nb_weights(const LabelledTexts& texts, Index rows, double smoothing);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
