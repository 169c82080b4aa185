// The training of a model from sequences to sequences.
#pragma once

#include <cstdint>
#include <string>
#include <tapegrad/training/epochs.hpp>
#include <tapegrad/training/seq2seq_decode.hpp>
#include <vector>

namespace tapegrad {

/// Adam, whose learning rate rises to `lr` in `warmup` steps, or a tenth of all steps if that is
/// less, and then falls to 0 behind the last epoch, in equal steps.
struct Seq2SeqFitOptions : EpochOptions {
  Index batch_size = 128;
  std::uint64_t seed = 1;
  double lr = 2e-3;
  Index warmup = 300;
  double beta2 = 0.98;
  double label_smoothing = 0.1;
  /// The gradients of each step are clipped to this norm, all of them together; 0: never.
  double clip_norm = 1.0;
};

inline namespace TAPEGRAD_PRECISION {

/// Trains `model`, and leaves it as it was at the end of the epoch in which it wrote most dev
/// targets without an error, greedily; of equals, the one with the least loss on dev. Losses are
/// means over the units of the targets and their end marks, with label smoothing; the training
/// accuracy is the share of them predicted right behind the right ones. Errors as in run_epochs,
/// clip_grad_norm and encode_pairs.
EpochsResult fit_seq2seq(Seq2SeqModel& model, const TextPairs& train, const TextPairs& dev,
                         const Seq2SeqFitOptions& options);

/// What a model makes of some sources.
struct PairPredictions {
  std::vector<std::string> texts;
  std::size_t right = 0;   // that are the targets, to the last unit
  double exact_match = 0;  // the share of them; NaN for none
};
PairPredictions predict_pairs(const Seq2SeqModel& model, const TextPairs& pairs,
                              const DecodeOptions& options = {});

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
