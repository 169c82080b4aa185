// Texts as ids, and the order and shape in which they are trained on.
#pragma once

#include <cstdint>
#include <string>
#include <tapegrad/core/array.hpp>
#include <tapegrad/text/tokenized.hpp>
#include <tapegrad/text/vocabulary.hpp>
#include <vector>

namespace tapegrad {

/// N texts as word ids, one after the other. Text n is ids[offsets[n]] to ids[offsets[n + 1] - 1].
struct EncodedTexts {
  LargeVector<std::int32_t> ids;
  std::vector<Index> offsets = {0};  ///< [N + 1]
  Index unknown = 0;                 ///< how many of the ids are Vocabulary::unk
  Index cut = 0;                     ///< texts that had more than max_tokens words
  Index words_cut = 0;               ///< words left out of those texts

  Index size() const { return static_cast<Index>(offsets.size()) - 1; }
  Index length(Index n) const;
};

/// The ids of `texts`; of a text with more than `max_tokens` words only the first so many (0: all).
EncodedTexts encode(const std::vector<std::string>& texts, const Tokenizer& tokenizer,
                    const Vocabulary& vocabulary, Index max_tokens = 0);
/// The same of the texts `examples`, which are tokenized already, in this order.
EncodedTexts encode(const TokenizedTexts& texts, const std::vector<Index>& examples,
                    const Vocabulary& vocabulary, Index max_tokens = 0);

/// Counts the words of `texts`, for a vocabulary.
WordCounts count_words(const std::vector<std::string>& texts, const Tokenizer& tokenizer);

/// Which examples go together, in which order.
struct BatchPlan {
  std::vector<std::vector<Index>> batches;
  /// Which part of all [B, T] cells is padding, in [0, 1).
  double padding = 0;
};

/// All examples in random order, texts of similar length together: shuffled, cut into pools of 100
/// batches, each sorted by length and cut into batches, and the batches shuffled. Depends on the
/// lengths, `batch_size`, `seed` and `epoch` alone. The last batch of the last pool may be smaller.
/// std::invalid_argument if `batch_size` is below 1.
BatchPlan shuffled_batches(const EncodedTexts& texts, Index batch_size, std::uint64_t seed,
                           std::uint64_t epoch);

/// All examples in their order: for evaluation.
BatchPlan sequential_batches(const EncodedTexts& texts, Index batch_size);

/// Texts of one batch as a rectangle.
struct PaddedBatch {
  IndexArray ids;      ///< [B, T], Vocabulary::pad behind the end of a text; T is at least 1
  IndexArray lengths;  ///< [B], 0 for an empty text
};

/// Texts of one batch one after the other, as embedding bags take them.
struct FlatBatch {
  IndexArray ids;      ///< [N]
  IndexArray offsets;  ///< [B], where each text begins; two equal ones enclose an empty text
};

/// The texts `examples` of a batch, in this order. IndexError for an example that is not there.
PaddedBatch padded_batch(const EncodedTexts& texts, const std::vector<Index>& examples);
/// The same, flat.
FlatBatch flat_batch(const EncodedTexts& texts, const std::vector<Index>& examples);
/// The labels [B] of a batch's examples.
IndexArray batch_labels(const std::vector<Index>& labels, const std::vector<Index>& examples);

}  // namespace tapegrad
