// Texts that are tokenized once, before it is known which of them train and what the vocabulary is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tapegrad/core/array.hpp>
#include <tapegrad/core/large_vector.hpp>
#include <tapegrad/text/tokenizer.hpp>
#include <tapegrad/text/vocabulary.hpp>
#include <tapegrad/text/word_index.hpp>
#include <vector>

namespace tapegrad {

/// N texts as numbers of words. Text n is numbers[offsets[n]] to numbers[offsets[n + 1] - 1].
struct TokenizedTexts {
  WordIndex words;                    ///< every word of the texts, in the order of first appearance
  LargeVector<std::int32_t> numbers;  ///< positions in words.words()
  std::vector<Index> offsets = {0};   ///< [N + 1]

  Index size() const { return static_cast<Index>(offsets.size()) - 1; }
};

/// Adds `texts` behind those of `all`, each tokenized once, on all threads.
void tokenize(const std::vector<std::string_view>& texts, const Tokenizer& tokenizer,
              TokenizedTexts& all);
TokenizedTexts tokenize(const std::vector<std::string>& texts, const Tokenizer& tokenizer);

/// How often each word occurs in the texts `examples`: [words].
std::vector<Index> count_words(const TokenizedTexts& texts, const std::vector<Index>& examples);

}  // namespace tapegrad
