// Pretrained vectors of words that a model was not trained on, kept in its folder.
#pragma once

#include <string>
#include <tapegrad/core/array.hpp>
#include <tapegrad/training/model_files.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// Vectors that stand in for <unk> when a text holds these words. They are of use only to a model
/// whose own embeddings still lie where the pretrained ones do: frozen ones, or ones that training
/// moved a little.
struct KeptVectors {
  std::vector<std::string> words;  // none of the vocabulary
  Array values;                    // [words, D]
};

/// The files of a model's folder that hold them.
constexpr const char* kept_words_file = "vectors.txt";
constexpr const char* kept_values_file = "vectors.safetensors";

/// Writes vectors.txt, one word a line, and vectors.safetensors; nothing if there are no words.
/// std::invalid_argument, before anything is written, for a word that is empty, comes twice, has a
/// line end or a NUL or is not UTF-8.
void write_kept_vectors(const KeptVectors& kept, const FilesBeside& files);

/// Reads what write_kept_vectors wrote into a folder; no words if there is neither file.
/// FormatError if only vectors.txt is missing, or the two do not fit each other or the width D of
/// the model, or a word comes twice, and as in ModelFolder, check_utf8 and SafetensorsFile.
KeptVectors read_kept_vectors(const ModelFolder& from, std::size_t width);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
