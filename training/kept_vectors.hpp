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
void write_kept_vectors(const KeptVectors& kept, const FilesBeside& files);

/// Reads what write_kept_vectors wrote into a folder; no words if there is no vectors.txt.
/// FormatError if the two files do not fit each other or the width D of the model, or a word comes
/// twice, and as in ModelFolder, check_utf8 and SafetensorsFile.
KeptVectors read_kept_vectors(const ModelFolder& from, std::size_t width);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
