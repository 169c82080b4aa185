#include <tapegrad/text/ngram_counts.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <tapegrad/core/parallel.hpp>
#include <tuple>

namespace tapegrad::detail {
namespace {

// N-grams are counted shard by shard, by the upper bits of their hash: the table of one shard stays
// in a processor's cache, and one thread has it to itself.
constexpr unsigned shard_bits = 8;
constexpr std::size_t shards = 1U << shard_bits;
constexpr Index block_size = 512;  // texts

std::size_t shard_of(std::uint64_t hash) {
  return hash >> (64U - shard_bits);
}

// All n-grams of some texts. Those of block b lie where its words do, sorted by shard, and shard s
// begins there with n-gram starts[b][s]; in a shard they are in the order of the texts.
struct Occurrences {
  LargeVector<std::uint64_t> hashes;
  LargeVector<std::uint32_t> places;  // from the block's first word
  std::vector<std::array<std::uint32_t, shards + 1>> starts;
};

Index block_begin(const EncodedTexts& texts, std::size_t block) {
  return texts.offsets[std::min(block * block_size, texts.offsets.size() - 1)];
}

void collect(const EncodedTexts& texts, std::size_t number, Index n, Occurrences& all) {
  const Index first = block_begin(texts, number);
  const Index begin = static_cast<Index>(number) * block_size;
  std::vector<std::uint64_t> hashes;
  std::vector<std::uint32_t> places;
  auto& starts = all.starts[number];
  for (Index t = begin; t < std::min(begin + block_size, texts.size()); ++t) {
    const Index start = texts.offsets[static_cast<std::size_t>(t)];
    for (Index at = start; at + n <= start + texts.length(t); ++at) {
      hashes.push_back(ngram_hash(texts.ids.data() + at, n));
      places.push_back(static_cast<std::uint32_t>(at - first));
      ++starts[shard_of(hashes.back()) + 1];
    }
  }
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  auto next = starts;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    const std::size_t at = static_cast<std::size_t>(first) + next[shard_of(hashes[i])]++;
    all.hashes[at] = hashes[i];
    all.places[at] = places[i];
  }
}

std::vector<NgramCount> count_shard(const EncodedTexts& texts, const Occurrences& all,
                                    std::size_t shard, Index n, Index min_count) {
  KeyIndex index;
  std::vector<std::uint32_t> counts;
  std::vector<Index> firsts;  // where each n-gram first occurs, in `all`
  std::vector<Index> places;  // and in the texts
  for (std::size_t b = 0; b < all.starts.size(); ++b) {
    const Index begin = block_begin(texts, b);
    for (Index i = begin + all.starts[b][shard]; i < begin + all.starts[b][shard + 1]; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const std::int32_t number = index.add(all.hashes[at]);
      if (number == static_cast<std::int32_t>(counts.size())) {
        counts.push_back(0);
        firsts.push_back(i);
        places.push_back(begin + all.places[at]);
      }
      ++counts[static_cast<std::size_t>(number)];
    }
  }
  std::vector<NgramCount> frequent;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] < min_count) continue;
    frequent.push_back({all.hashes[static_cast<std::size_t>(firsts[i])], counts[i], n, places[i]});
  }
  return frequent;
}

void append_counts(const EncodedTexts& texts, Index n, Index min_count,
                   std::vector<NgramCount>& all) {
  Occurrences occurrences;
  occurrences.hashes.resize(texts.ids.size());
  occurrences.places.resize(texts.ids.size());
  occurrences.starts.resize(static_cast<std::size_t>((texts.size() + block_size - 1) / block_size));
  parallel_for(occurrences.starts.size(),
               [&](std::size_t b) { collect(texts, b, n, occurrences); });
  std::vector<std::vector<NgramCount>> counts(shards);
  parallel_for(shards, [&](std::size_t shard) {
    counts[shard] = count_shard(texts, occurrences, shard, n, min_count);
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
