// Smaller models made of trained ones: with a quantized table, or with fewer words.
#pragma once

#include <string>
#include <tapegrad/training/model_folder.hpp>

namespace tapegrad {

/// Which words a pruned vocabulary keeps.
enum class KeepBy {
  frequency,  ///< those that come first: a vocabulary is in the order of falling frequency
  norm,       ///< those whose vectors have the largest Euclidean norms; of equals the first
};
/// "frequency" or "norm"; throws std::invalid_argument for another name.
KeepBy keep_by(const std::string& name);

inline namespace TAPEGRAD_PRECISION {

/// The same model with its table in fewer bits, for inference: it shares the other parameters.
/// Errors as in quantize, of the table and of the kept vectors, which stay as they are but must be
/// such that Serving can quantize them alike; std::logic_error if the table is quantized already.
ClassifierModel quantized(const ClassifierModel& model, QuantizedKind kind);

/// The same model with at most `keep` entries in its vocabulary, <pad> and <unk> among them and in
/// the same order. The others are <unk> from then on, whose vector, and Naive-Bayes weight, becomes
/// the mean of theirs: its own says little of them, or nothing if training saw no unknown word. Of
/// listed n-grams those stay whose words all do; they do not count for `keep`. It shares the other
/// parameters.
///
/// std::invalid_argument for less than 2, and for a model of hashed n-grams, whose places in the
/// table are made of the numbers of their words; std::logic_error if the table is quantized.
ClassifierModel pruned(const ClassifierModel& model, Index keep, KeepBy by);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
