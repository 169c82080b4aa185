// Which entries of a text moved the decision.
#pragma once

#include <tapegrad/training/classifier.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// For each of the ids of `examples`, text after text: the gradient of the logit of `classes` (one
/// for each example) with respect to the embedding at that place, times that embedding, summed over
/// its width. For ModelKind::bag these sum to the logit but for the bias; for the others they are a
/// linear view of the model around this text. Positive ones speak for the class. Nothing is written
/// to the model.
std::vector<Real> entry_weights(const TextClassifier& model, const EncodedTexts& texts,
                                const std::vector<Index>& examples,
                                const std::vector<Index>& classes);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
