#include <tapegrad/text/tokenized.hpp>

#include <algorithm>
#include <functional>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/profile.hpp>

namespace tapegrad {
namespace {

using std::string_view;

// Texts [begin, end) that one thread tokenizes at a time.
struct Block {
  std::size_t begin, end, bytes;
  WordIndex fresh = {};                    // words that were not known before the block
  LargeVector<std::int32_t> numbers = {};  // of known words; of fresh word i: -1 - i
  std::vector<Index> lengths = {};         // [end - begin]
};

// Cuts about `wanted` bytes of texts, from text `begin` on, into some blocks for each thread. They
// may depend on the number of threads: words are numbered as they first come, however the texts are
// cut.
std::vector<Block> cut(const std::vector<string_view>& texts, std::size_t begin,
                       std::size_t wanted) {
  const std::size_t block_bytes = wanted / (4 * static_cast<std::size_t>(threads())) + 1;
  std::vector<Block> blocks;
  std::size_t all = 0;
  while (begin < texts.size() && all < wanted) {
    Block block{begin, begin, 0};
    while (block.end < texts.size() && block.bytes < block_bytes) {
      block.bytes += texts[block.end++].size();
    }
    begin = block.end;
    all += block.bytes + 1;
    blocks.push_back(std::move(block));
  }
  return blocks;
}

void fill(Block& block, const std::vector<string_view>& texts, const Tokenizer& tokenizer,
          const WordIndex& known) {
  TokenBuffer buffer;
  std::vector<WordKey> keys;
  block.numbers.reserve(block.bytes / 4);
  for (std::size_t n = block.begin; n < block.end; ++n) {
    keys.clear();
    for (const string_view token : tokenizer(texts[n], buffer)) {
      keys.push_back(padded_key(token));
      known.prefetch(keys.back());
    }
    for (const WordKey& key : keys) {
      const std::int32_t number = known.find(key);
      block.numbers.push_back(number >= 0 ? number : -1 - block.fresh.add(key));
    }
    block.lengths.push_back(static_cast<Index>(keys.size()));
  }
}

// Puts the blocks behind what is there.
void append(std::vector<Block>& blocks, TokenizedTexts& all) {
  std::vector<std::size_t> starts;
  std::size_t end = all.numbers.size();
  std::vector<std::vector<std::int32_t>> numbers_of_fresh(blocks.size());
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    for (const auto& word : blocks[b].fresh.words()) {
      numbers_of_fresh[b].push_back(all.words.add(word));
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
    const auto& fresh = numbers_of_fresh[b];
    std::transform(blocks[b].numbers.begin(), blocks[b].numbers.end(), out, [&](std::int32_t i) {
      return i >= 0 ? i : fresh[static_cast<std::size_t>(-1 - i)];
    });
    blocks[b] = {};
  });
}

}  // namespace

void tokenize(const std::vector<string_view>& texts, const Tokenizer& tokenizer,
              TokenizedTexts& all) {
  const ProfileSpan span("tokenize", Phase::other);
  std::size_t bytes = 0;
  for (const string_view text : texts) bytes += text.size();
  add_profile_bytes(bytes);
  const std::size_t expected = all.numbers.size() + bytes / 4;
  if (expected > all.numbers.capacity()) {
    all.numbers.reserve(std::max(expected, 2 * all.numbers.capacity()));
  }
  // In rounds, each of about as much text as came before it: most of its words are known then, and
  // all threads find them in the one table that nobody changes meanwhile.
  for (std::size_t begin = 0; begin < texts.size();) {
    const std::size_t round = std::max(std::size_t{1} << 20U, 4 * all.numbers.size());
    std::vector<Block> blocks = cut(texts, begin, round);
    parallel_for(blocks.size(),
                 [&](std::size_t b) { fill(blocks[b], texts, tokenizer, all.words); });
    begin = blocks.back().end;
    append(blocks, all);
  }
}

TokenizedTexts tokenize(const std::vector<std::string>& texts, const Tokenizer& tokenizer) {
  TokenizedTexts all;
  tokenize(std::vector<string_view>(texts.begin(), texts.end()), tokenizer, all);
  return all;
}

std::vector<Index> count_words(const TokenizedTexts& texts, const std::vector<Index>& examples) {
  const auto parts = static_cast<std::size_t>(threads());
  std::vector<std::vector<Index>> counts(parts, std::vector<Index>(texts.words.words().size()));
  parallel_for(parts, [&](std::size_t part) {
    const std::size_t end = examples.size() * (part + 1) / parts;
    for (std::size_t e = examples.size() * part / parts; e < end; ++e) {
      const auto at = static_cast<std::size_t>(examples[e]);
      for (Index i = texts.offsets.at(at); i < texts.offsets.at(at + 1); ++i) {
        ++counts[part][static_cast<std::size_t>(texts.numbers[static_cast<std::size_t>(i)])];
      }
    }
  });
  for (std::size_t part = 1; part < parts; ++part) {
    std::transform(counts[0].begin(), counts[0].end(), counts[part].begin(), counts[0].begin(),
                   std::plus<>());
  }
  return std::move(counts[0]);
}

}  // namespace tapegrad
