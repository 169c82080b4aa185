// How often n-grams occur.
#pragma once

#include <cstdint>
#include <tapegrad/text/ngrams.hpp>
#include <vector>

namespace tapegrad::detail {

struct NgramCount {
  std::uint64_t hash = 0;
  Index count = 0;
  Index n = 0;   // words
  Index at = 0;  // where it first stands in the ids of the texts
};

/// The n-grams that come at least options.min_count times in the texts, in the order of Ngrams.
std::vector<NgramCount> frequent_ngrams(const EncodedTexts& texts, const NgramOptions& options);

}  // namespace tapegrad::detail
