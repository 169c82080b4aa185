// The word vectors of a trained classifier.
#pragma once

#include <string>
#include <tapegrad/text/vectors.hpp>
#include <tapegrad/training/model_folder.hpp>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// The words of the model's vocabulary and their rows of its table, dequantized if need be. <pad>,
/// <unk> and the rows of n-grams are left out, as they are no words, and so are kept vectors, which
/// the training had no part in.
WordVectors word_vectors(const ClassifierModel& model);

/// Writes these vectors, with the forms and errors of save_vectors in text/vectors_save.hpp.
void save_vectors(const std::string& path, const ClassifierModel& model);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
