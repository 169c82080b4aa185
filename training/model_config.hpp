// The config.json of a classifier's folder; docs/models.md describes its fields.
#pragma once

#include <string>
#include <string_view>
#include <tapegrad/text/tokenizer.hpp>
#include <tapegrad/training/classifier.hpp>
#include <vector>

namespace tapegrad {

struct ModelConfig {
  ClassifierConfig classifier;
  TokenizerRules rules;
  std::vector<std::string> labels;  // name of each class
  std::size_t words = 0;            // of the vocabulary
  std::size_t width = 0;            // of the embeddings
};

/// Reads the text of the file `path`. FormatError for values that are missing, of the wrong type,
/// make no sense or do not fit each other, and for a newer version. All sizes are 1 or more and
/// less than 2^31; nothing is said of the memory that they would take.
ModelConfig parse_model_config(std::string_view text, const std::string& path);

/// Throws std::invalid_argument for names that a model folder does not take: an empty one, one that
/// is not UTF-8 or has control characters (line ends, tabs), and one that comes twice.
void check_labels(const std::vector<std::string>& labels);

}  // namespace tapegrad
