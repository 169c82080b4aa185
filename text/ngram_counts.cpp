#include <tapegrad/text/ngram_counts.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <tapegrad/core/parallel.hpp>
#include <tuple>

namespace tapegrad::detail {
namespace {

// N-grams are counted shard by shard, by the upper bits of their hash: the table of one shard stays
// in a processor's cache, and one thread has it to itself.
constexpr unsigned shard_bits = 6;
constexpr std::size_t shards = 1U << shard_bits;
constexpr Index block_size = 512;  // texts

struct Occurrences {
  std::vector<std::uint64_t> hashes;
  std::vector<std::uint32_t> places;  // from the block's first word
};
using Block = std::array<Occurrences, shards>;

Index block_begin(const EncodedTexts& texts, std::size_t block) {
  return texts.offsets[std::min(block * block_size, texts.offsets.size() - 1)];
}

void collect(const EncodedTexts& texts, std::size_t number, Index n, Block& block) {
  const Index first = block_begin(texts, number);
  const Index begin = static_cast<Index>(number) * block_size;
  const auto expected = static_cast<std::size_t>(block_begin(texts, number + 1) - first) / shards;
  for (Occurrences& shard : block) {
    shard.hashes.reserve(expected + expected / 8);
    shard.places.reserve(expected + expected / 8);
  }
  for (Index t = begin; t < std::min(begin + block_size, texts.size()); ++t) {
    const Index start = texts.offsets[static_cast<std::size_t>(t)];
    for (Index at = start; at + n <= start + texts.length(t); ++at) {
      const std::uint64_t hash = ngram_hash(texts.ids.data() + at, n);
      Occurrences& shard = block[hash >> (64U - shard_bits)];
      shard.hashes.push_back(hash);
      shard.places.push_back(static_cast<std::uint32_t>(at - first));
    }
  }
}

std::vector<NgramCount> count_shard(const EncodedTexts& texts, std::vector<Block>& blocks,
                                    std::size_t shard, Index n, Index min_count) {
  KeyIndex index;
  std::vector<NgramCount> counts;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    Occurrences& all = blocks[b][shard];
    for (std::size_t i = 0; i < all.hashes.size(); ++i) {
      const std::int32_t number = index.add(all.hashes[i]);
      if (number == static_cast<std::int32_t>(counts.size())) {
        counts.push_back({all.hashes[i], 0, n, block_begin(texts, b) + all.places[i]});
      }
      ++counts[static_cast<std::size_t>(number)].count;
    }
    all = {};
  }
  std::erase_if(counts, [min_count](const NgramCount& each) { return each.count < min_count; });
  return counts;
}

void append_counts(const EncodedTexts& texts, Index n, Index min_count,
                   std::vector<NgramCount>& all) {
  std::vector<Block> blocks(static_cast<std::size_t>((texts.size() + block_size - 1) / block_size));
  parallel_for(blocks.size(), [&](std::size_t b) { collect(texts, b, n, blocks[b]); });
  std::vector<std::vector<NgramCount>> counts(shards);
  parallel_for(shards, [&](std::size_t shard) {
    counts[shard] = count_shard(texts, blocks, shard, n, min_count);
  });
  for (const auto& part : counts) all.insert(all.end(), part.begin(), part.end());
}

}  // namespace

std::vector<NgramCount> frequent_ngrams(const EncodedTexts& texts, const NgramOptions& options) {
  std::vector<NgramCount> all;
  for (Index n = 2; n <= options.order; ++n) append_counts(texts, n, options.min_count, all);
  if (all.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw std::invalid_argument("ngrams: more than 2^31 - 1 of them; use a larger min_count");
  }
  std::sort(all.begin(), all.end(), [](const NgramCount& a, const NgramCount& b) {
    return std::tuple(-a.count, a.n, a.hash) < std::tuple(-b.count, b.n, b.hash);
  });
  return all;
}

}  // namespace tapegrad::detail
