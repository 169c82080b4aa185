// A trained classifier as a folder: config.json, vocab.txt, model.safetensors, with n-grams
// ngrams.txt, and with kept vectors vectors.txt and vectors.safetensors.
#pragma once

#include <string>
#include <tapegrad/text/tokenizer.hpp>
#include <tapegrad/text/vocabulary.hpp>
#include <tapegrad/training/classifier.hpp>
#include <tapegrad/training/kept_vectors.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// All that is needed to classify a text.
struct ClassifierModel {
  ClassifierConfig config;
  TokenizerRules rules;
  Vocabulary vocabulary;
  std::vector<std::string> labels;  // name of each class
  TextClassifier net;
  Ngrams ngrams = {};
  KeptVectors kept = {};  // Serving uses them
};

/// Texts as ids that the model's network takes, n-grams and all, but without kept vectors.
EncodedTexts encode(const ClassifierModel& model, const std::vector<std::string>& texts);

/// The names of all files that a folder may have.
std::vector<std::string> model_files();

/// Writes the files into `folder`, which is made if it is missing. All are written beside
/// their final places before the first is renamed, so that a full disk leaves the older model
/// whole. The same model gives the same bytes. std::system_error if that fails;
/// std::invalid_argument for words that load_model would refuse (with a NUL, not UTF-8, with a
/// space beside listed n-grams), and errors as in check_labels, before anything is written.
void save_model(const ClassifierModel& model, const std::string& folder);

/// Reads what save_model wrote, or another program (docs/models.md). The folder may come from
/// anywhere: it is checked before anything is made of it, what is allocated is in proportion to its
/// files, and no file outside of it is read. FormatError for files that are not what they should
/// be, do not fit each other, or that a newer version wrote; std::system_error for one that cannot
/// be read; std::runtime_error for one that does not fit into memory, and as in load_unmixed. A row
/// of padding that is not zero is made zero, with a warning. Any number of threads may classify
/// texts with one loaded model at the same time: see predict, and Serving (training/serving.hpp).
ClassifierModel load_model(const std::string& folder);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
