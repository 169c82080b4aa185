#include <tapegrad/text/tokenized.hpp>

#include <algorithm>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/profile.hpp>

namespace tapegrad {
namespace {

// Texts [begin, end) that one thread tokenizes at a time.
struct Block {
  std::size_t begin, end;
  WordIndex words = {};
  std::vector<std::int32_t> numbers = {};  // in `words`
  std::vector<Index> lengths = {};         // [end - begin]
};

// Two blocks a thread, of a megabyte at least. They may depend on the number of threads: words are
// numbered as they first come, however the texts are cut.
std::vector<Block> cut(const std::vector<std::string>& texts) {
  std::size_t all = 0;
  for (const std::string& text : texts) all += text.size();
  const std::size_t wanted =
      std::max(std::size_t{1} << 20U, all / (2 * static_cast<std::size_t>(threads())) + 1);
  std::vector<Block> blocks;
  std::size_t begin = 0;
  std::size_t bytes = 0;
  for (std::size_t n = 0; n < texts.size(); ++n) {
    bytes += texts[n].size();
    if (bytes < wanted && n + 1 < texts.size()) continue;
    blocks.push_back({begin, n + 1});
    begin = n + 1;
    bytes = 0;
  }
  return blocks;
}

void fill(Block& block, const std::vector<std::string>& texts, const Tokenizer& tokenizer) {
  TokenBuffer buffer;
  for (std::size_t n = block.begin; n < block.end; ++n) {
    const auto& tokens = tokenizer(texts[n], buffer);
    for (const auto token : tokens) block.numbers.push_back(block.words.add(token));
    block.lengths.push_back(static_cast<Index>(tokens.size()));
  }
}

}  // namespace

void tokenize(const std::vector<std::string>& texts, const Tokenizer& tokenizer,
              TokenizedTexts& all) {
  const ProfileSpan span("tokenize", Phase::other);
  for (const std::string& text : texts) add_profile_bytes(text.size());
  std::vector<Block> blocks = cut(texts);
  parallel_for(blocks.size(), [&](std::size_t b) { fill(blocks[b], texts, tokenizer); });
  std::vector<std::size_t> starts;
  std::size_t end = all.numbers.size();
  std::vector<std::vector<std::int32_t>> renumbered(blocks.size());
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    for (const auto& word : blocks[b].words.words()) {
      renumbered[b].push_back(all.words.add(word));
    }
    starts.push_back(end);
    end += blocks[b].numbers.size();
    for (const Index length : blocks[b].lengths) {
      all.offsets.push_back(all.offsets.back() + length);
    }
  }
  all.numbers.resize(end);
  parallel_for(blocks.size(), [&](std::size_t b) {
    const auto out = all.numbers.begin() + static_cast<std::ptrdiff_t>(starts[b]);
    std::transform(blocks[b].numbers.begin(), blocks[b].numbers.end(), out,
                   [&](std::int32_t i) { return renumbered[b][static_cast<std::size_t>(i)]; });
    blocks[b] = {};
  });
}

TokenizedTexts tokenize(const std::vector<std::string>& texts, const Tokenizer& tokenizer) {
  TokenizedTexts all;
  tokenize(texts, tokenizer, all);
  return all;
}

std::vector<Index> count_words(const TokenizedTexts& texts, const std::vector<Index>& examples) {
  std::vector<Index> counts(texts.words.words().size());
  for (const Index n : examples) {
    const auto at = static_cast<std::size_t>(n);
    for (Index i = texts.offsets.at(at); i < texts.offsets.at(at + 1); ++i) {
      ++counts[static_cast<std::size_t>(texts.numbers[static_cast<std::size_t>(i)])];
    }
  }
  return counts;
}

}  // namespace tapegrad
