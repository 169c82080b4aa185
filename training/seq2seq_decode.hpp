// Writing a target unit by unit: beam search, of which a beam of 1 is greedy.
#pragma once

#include <functional>
#include <string>
#include <tapegrad/training/seq2seq.hpp>
#include <vector>

namespace tapegrad {

struct DecodeOptions {
  /// How many beginnings of a target are pursued at once; 1: always the likeliest unit.
  Index beam = 1;
  /// Targets are ranked by their log-probability over length^length_penalty, the end mark counted:
  /// 0 prefers short ones, as probability does, 1 compares the mean over the units.
  double length_penalty = 0.0;
  /// The most units, the end mark among them; what has not ended there is given as it is.
  Index max_length = 513;
  /// Sources decoded at once.
  Index batch_size = 128;
};

/// A target that was written.
struct Decoded {
  std::vector<Index> ids;  // without marks
  double log_probability = 0;
  double score = 0;    // what the length penalty makes of it
  bool ended = false;  // with an end mark, which the log-probability counts; else cut at max_length
};

inline namespace TAPEGRAD_PRECISION {

/// What a search wants to know of a model: the log-probabilities of the unit behind each beginning.
/// Beginning n, of the source sources[n], is row n of `prefixes` [N, T], T >= 1, and starts with
/// the begin mark -> [N, V].
using NextUnit =
    std::function<Array(const IndexArray& prefixes, const std::vector<std::size_t>& sources)>;

/// For each of so many sources, the best target that was found. Each step goes on from the `beam`
/// likeliest beginnings (less those that have ended) to the likeliest ones a unit longer; of equal
/// ones the first counts. It ends when no beginning can become better than the best target that has
/// ended. Throws std::invalid_argument for a beam, max_length or batch_size below 1, or a negative
/// length penalty.
std::vector<Decoded> beam_search(const NextUnit& next, std::size_t sources, Index begin, Index end,
                                 const DecodeOptions& options = {});

/// The targets of these sources. `max_length` is limited by the model's own. Never writes padding,
/// <unk> or the begin mark. `cancelled` is asked between batches; then the result is shorter.
std::vector<Decoded> decode(const Seq2SeqModel& model, const EncodedTexts& sources,
                            const DecodeOptions& options = {},
                            const std::function<bool()>& cancelled = {});

/// The text of a target.
std::string text_of(const Seq2SeqModel& model, const Decoded& decoded);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
