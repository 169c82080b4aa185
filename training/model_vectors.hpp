// The word vectors of a trained classifier, for other programs.
#pragma once

#include <string>
#include <tapegrad/training/model_folder.hpp>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// Writes the words of the model's vocabulary and their rows of its table, with the forms and
/// errors of save_vectors in text/vectors_save.hpp. <pad>, <unk> and the rows of n-grams are left
/// out: the first two are no words, and the forms have no n-grams.
void save_vectors(const std::string& path, const ClassifierModel& model);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
