// A trained classifier at work: texts in, classes, vectors and reasons out.
#pragma once

#include <string>
#include <string_view>
#include <tapegrad/training/model_folder.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// Texts as a model's network takes them.
struct ServedTexts {
  EncodedTexts encoded;
  /// What stands behind each of the ids: the word as it is in the text, the words of an n-gram with
  /// spaces between; only if that was asked for. Where the model counts each word once a text, all
  /// unknown ones together are "<unk>".
  std::vector<std::string> entries;
};

/// A classifier with all that it needs to take texts. Words that are not in its vocabulary have
/// their kept vector (KeptVectors), if there is one, in place of that of <unk>; n-grams do not
/// know these words. Texts are tokenized by the model's own rules and never cut.
///
/// Nothing here changes after construction, so that any number of threads may use one Serving at
/// the same time. What is said of a text does not depend on the threads; the last bits may depend
/// on which texts are together in a call.
class Serving {
 public:
  /// `model` must not be changed any more. Beside a quantized table, kept vectors are quantized
  /// alike; errors as in quantize, but not for a model of load_model, which checks that.
  explicit Serving(ClassifierModel model);

  const ClassifierModel& model() const { return model_; }

  /// The ids of texts. The id of a kept word is its number behind the rows of words and n-grams.
  ServedTexts encode(const std::vector<std::string_view>& texts, bool name_entries = false) const;

  /// What the model says of each text; a text without words, too, belongs to some class.
  Predictions predict(const ServedTexts& texts) const;

  /// The vectors of the texts [N, F], which the last linear layer gets: for ModelKind::bag the mean
  /// of the word vectors, for the others what the layers before make of them.
  Array text_vectors(const ServedTexts& texts) const;

  /// How much each of the ids moved the decision, the class `classes[n]` of text n: see
  /// entry_weights.
  std::vector<Real> explain(const ServedTexts& texts, const std::vector<Index>& classes) const;

 private:
  ClassifierModel model_;  // with the kept vectors behind the other rows of its table
  WordMap kept_ids_;
};

/// The width F of the vectors of texts.
std::size_t text_vector_width(const TextClassifier& model);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
