// The training of one classifier: epochs over the training texts, the best epoch chosen on dev.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <tapegrad/optim/optimizer.hpp>
#include <tapegrad/training/classifier.hpp>
#include <tapegrad/training/metrics.hpp>
#include <vector>

namespace tapegrad {

/// Texts with their labels.
struct LabelledTexts {
  EncodedTexts texts;
  std::vector<Index> labels;
};

/// Where a training stands.
struct Progress {
  Index epoch = 0;  // from 1
  Index epochs = 0;
  std::size_t batch = 0;  // batches of this epoch that are done
  std::size_t batches = 0;
  double loss = 0;  // means over this epoch so far
  double accuracy = 0;
  double examples_per_second = 0;
  double seconds_left = 0;                  // to the last epoch's end
  std::optional<double> dev_accuracy = {};  // at an epoch's end
};

struct FitOptions {
  Index epochs = 10;
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
  /// Stops after so many epochs without a better dev accuracy; 0: never.
  Index patience = 0;
  /// Called after every batch, and at the end of every epoch with its dev accuracy.
  std::function<void(const Progress&)> progress = {};
  /// Asked after every batch; true ends the training there.
  std::function<bool()> cancelled = {};
};

struct EpochRecord {
  double loss = 0;            // mean over the examples of the epoch
  double train_accuracy = 0;  // of the predictions made while training
  double dev_accuracy = 0;
};

/// What training did to the padding row, as observed from the gradients of every step.
struct PaddingProof {
  std::size_t steps = 0;          // with a gradient of the table
  std::size_t rows = 0;           // rows in those gradients, all steps together
  std::size_t padding_steps = 0;  // steps whose gradient held the padding row
  double norm_before = 0;         // Euclidean norm of the padding row
  double norm_after = 0;
};

struct FitResult {
  Index best_epoch = 0;  // the earliest of the best, from 1; 0 if there was no epoch
  double best_dev_accuracy = 0;
  std::vector<EpochRecord> epochs;
  PaddingProof padding;
  double seconds = 0;        // in training, without evaluation
  std::size_t examples = 0;  // trained on, all epochs together
  bool cancelled = false;
};

inline namespace TAPEGRAD_PRECISION {

/// Trains `model`, and leaves it as it was at the end of the epoch with the best dev accuracy (the
/// earliest of equals). When cancelled, the unfinished epoch counts as one if none was finished.
/// Throws std::runtime_error with epoch, step and learning rate when the loss is no longer finite.
FitResult fit(TextClassifier& model, Optimizer& optimizer, const LabelledTexts& train,
              const LabelledTexts& dev, const FitOptions& options);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
