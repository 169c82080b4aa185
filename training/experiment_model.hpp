// The classifier that a training of an experiment begins with.
#pragma once

#include <cstdint>
#include <tapegrad/training/experiment.hpp>

namespace tapegrad {

/// Rows of the table: words, and n-grams behind them.
Index table_rows(const PreparedSplit& data);
/// Its width: what `options` want, else that of the vectors, if there are any.
Index table_width(const WordVectors& vectors, const ExperimentOptions& options);

/// The table as `choice` wants it, frozen as it wants it, and layers drawn with `seed`.
TextClassifier start_model(const ClassifierConfig& config, const EmbeddingChoice& choice,
                           const PreparedSplit& data, const WordVectors& vectors,
                           const ExperimentOptions& options, std::uint64_t seed);

}  // namespace tapegrad
