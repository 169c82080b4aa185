// The training of one classifier: epochs over the training texts, the best epoch chosen on dev.
#pragma once

#include <cstdint>
#include <tapegrad/optim/optimizer.hpp>
#include <tapegrad/training/classifier.hpp>
#include <tapegrad/training/epochs.hpp>
#include <tapegrad/training/fit_observer.hpp>
#include <tapegrad/training/metrics.hpp>
#include <vector>

namespace tapegrad {

/// Texts with their labels.
struct LabelledTexts {
  EncodedTexts texts;
  std::vector<Index> labels;
};

struct FitOptions : EpochOptions {
  Index batch_size = 32;
  std::uint64_t seed = 1;
  double word_dropout = 0.0;
  /// The learning rate falls from the optimizer's in equal steps, to reach 0 behind the last epoch
  /// (as fastText's does); after the training the optimizer has its own again.
  bool lr_decay = false;
  /// The gradients of each step are clipped to this norm, all of them together; 0: never.
  double clip_norm = 0.0;
  std::vector<double> class_weights = {};
  /// The table is frozen up to the end of this epoch and trained from then on; 0: never frozen
  /// here.
  Index thaw_after = 0;
  /// If given, these rows of the table in place of the whole.
  std::vector<Index> thaw_rows = {};
  /// If given, looks on.
  FitObserver* observer = nullptr;
};

/// What training did to the padding row, as observed from the gradients of every step.
struct PaddingProof {
  std::size_t steps = 0;          // with a gradient of the table
  std::size_t rows = 0;           // rows in those gradients, all steps together
  std::size_t padding_steps = 0;  // steps whose gradient held the padding row
  double norm_before = 0;         // Euclidean norm of the padding row
  double norm_after = 0;
};

struct FitResult : EpochsResult {
  PaddingProof padding;
};

inline namespace TAPEGRAD_PRECISION {

/// Trains `model`, and leaves it as it was at the end of the epoch with the best dev accuracy (the
/// earliest of equals). When cancelled, the unfinished epoch does not count; if none was finished,
/// the parameters stay as they are then. Errors as in run_epochs; std::logic_error for a quantized
/// model.
FitResult fit(TextClassifier& model, Optimizer& optimizer, const LabelledTexts& train,
              const LabelledTexts& dev, const FitOptions& options);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
