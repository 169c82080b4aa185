#include <tapegrad/text/batches.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/core/rng.hpp>

namespace tapegrad {
namespace {

constexpr std::size_t pool_batches = 100;

std::size_t positive(Index batch_size) {
  if (batch_size >= 1) return static_cast<std::size_t>(batch_size);
  throw std::invalid_argument(
      fmt::format("batches: batch_size is {}, expected 1 or more", batch_size));
}

std::vector<Index> in_order(Index n) {
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  return order;
}

/// Cuts [first, last) of `order` into batches.
void cut(const std::vector<Index>& order, std::size_t first, std::size_t last, std::size_t size,
         std::vector<std::vector<Index>>& batches) {
  for (; first < last; first += size) {
    const auto at = order.begin() + static_cast<std::ptrdiff_t>(first);
    batches.emplace_back(at, at + static_cast<std::ptrdiff_t>(std::min(size, last - first)));
  }
}

double padding_share(const EncodedTexts& texts, const std::vector<std::vector<Index>>& batches) {
  Index cells = 0;
  Index words = 0;
  for (const auto& batch : batches) {
    Index longest = 1;
    for (const Index n : batch) {
      longest = std::max(longest, texts.length(n));
      words += texts.length(n);
    }
    cells += longest * static_cast<Index>(batch.size());
  }
  return cells == 0 ? 0.0 : 1.0 - static_cast<double>(words) / static_cast<double>(cells);
}

const std::int32_t* text_begin(const EncodedTexts& texts, Index n) {
  return texts.ids.data() + texts.offsets[static_cast<std::size_t>(n)];
}

// The id of each word.
std::vector<std::int32_t> ids_of(const std::vector<std::string>& words,
                                 const Vocabulary& vocabulary) {
  constexpr std::size_t cost = 64;
  std::vector<std::int32_t> ids(words.size());
  parallel_ranges(words.size(), cost, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      ids[i] = static_cast<std::int32_t>(vocabulary.id(words[i]));
    }
  });
  return ids;
}

}  // namespace

Index EncodedTexts::length(Index n) const {
  if (n < 0 || n >= size()) {
    throw IndexError(fmt::format("batches: example {} is out of range [0, {})", n, size()));
  }
  const auto at = static_cast<std::size_t>(n);
  return offsets[at + 1] - offsets[at];
}

EncodedTexts encode(const std::vector<std::string>& texts, const Tokenizer& tokenizer,
                    const Vocabulary& vocabulary, Index max_tokens) {
  const TokenizedTexts tokenized = tokenize(texts, tokenizer);
  return encode(tokenized, in_order(tokenized.size()), vocabulary, max_tokens);
}

EncodedTexts encode(const TokenizedTexts& texts, const std::vector<Index>& examples,
                    const Vocabulary& vocabulary, Index max_tokens) {
  if (max_tokens < 0) {
    throw std::invalid_argument(
        fmt::format("encode: max_tokens is {}, expected 0 (all) or more", max_tokens));
  }
  const std::vector<std::int32_t> ids = ids_of(texts.words.words(), vocabulary);
  EncodedTexts encoded;
  encoded.offsets.reserve(examples.size() + 1);
  for (const Index n : examples) {
    const Index begin = texts.offsets.at(static_cast<std::size_t>(n));
    const Index all = texts.offsets.at(static_cast<std::size_t>(n) + 1) - begin;
    const Index kept = max_tokens > 0 ? std::min(all, max_tokens) : all;
    encoded.cut += kept < all ? 1 : 0;
    encoded.words_cut += all - kept;
    encoded.offsets.push_back(encoded.offsets.back() + kept);
  }
  encoded.ids.resize(static_cast<std::size_t>(encoded.offsets.back()));
  std::atomic<Index> unknown = 0;
  constexpr std::size_t cost = 256;
  parallel_ranges(examples.size(), cost, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      const Index begin = texts.offsets[static_cast<std::size_t>(examples[i])];
      std::transform(texts.numbers.begin() + begin,
                     texts.numbers.begin() + begin + encoded.length(static_cast<Index>(i)),
                     encoded.ids.begin() + encoded.offsets[i],
                     [&](std::int32_t word) { return ids[static_cast<std::size_t>(word)]; });
    }
    unknown += std::count(encoded.ids.begin() + encoded.offsets[first],
                          encoded.ids.begin() + encoded.offsets[last], Vocabulary::unk);
  });
  encoded.unknown = unknown;
  return encoded;
}

WordCounts count_words(const std::vector<std::string>& texts, const Tokenizer& tokenizer) {
  const TokenizedTexts tokenized = tokenize(texts, tokenizer);
  const std::vector<Index> times = count_words(tokenized, in_order(tokenized.size()));
  WordCounts counts;
  for (std::size_t i = 0; i < times.size(); ++i) counts.add(tokenized.words.words()[i], times[i]);
  return counts;
}

BatchPlan shuffled_batches(const EncodedTexts& texts, Index batch_size, std::uint64_t seed,
                           std::uint64_t epoch) {
  const ProfileSpan span("batches", Phase::other);
  const std::size_t size = positive(batch_size);
  Rng rng = Rng(seed).split(epoch);
  std::vector<Index> order = in_order(texts.size());
  shuffle(order, rng);
  BatchPlan plan;
  const std::size_t pool = size * pool_batches;
  for (std::size_t first = 0; first < order.size(); first += pool) {
    const std::size_t last = std::min(first + pool, order.size());
    std::stable_sort(order.begin() + static_cast<std::ptrdiff_t>(first),
                     order.begin() + static_cast<std::ptrdiff_t>(last),
                     [&](Index a, Index b) { return texts.length(a) < texts.length(b); });
    cut(order, first, last, size, plan.batches);
  }
  shuffle(plan.batches, rng);
  plan.padding = padding_share(texts, plan.batches);
  return plan;
}

BatchPlan sequential_batches(const EncodedTexts& texts, Index batch_size) {
  const ProfileSpan span("batches", Phase::other);
  const std::size_t size = positive(batch_size);
  BatchPlan plan;
  const std::vector<Index> order = in_order(texts.size());
  cut(order, 0, order.size(), size, plan.batches);
  plan.padding = padding_share(texts, plan.batches);
  return plan;
}

PaddedBatch padded_batch(const EncodedTexts& texts, const std::vector<Index>& examples) {
  const ProfileSpan span("batches", Phase::other);
  const std::size_t rows = examples.size();
  PaddedBatch batch{IndexArray(), IndexArray(Shape{rows})};
  Index longest = 1;
  for (std::size_t b = 0; b < rows; ++b) {
    batch.lengths[b] = texts.length(examples[b]);
    longest = std::max(longest, batch.lengths[b]);
  }
  const auto columns = static_cast<std::size_t>(longest);
  batch.ids = IndexArray(Shape{rows, columns}, Vocabulary::pad);
  add_profile_bytes(batch.ids.size() * sizeof(Index));
  for (std::size_t b = 0; b < rows; ++b) {
    std::copy_n(text_begin(texts, examples[b]), batch.lengths[b], batch.ids.data() + b * columns);
  }
  return batch;
}

FlatBatch flat_batch(const EncodedTexts& texts, const std::vector<Index>& examples) {
  const ProfileSpan span("batches", Phase::other);
  FlatBatch batch{IndexArray(), IndexArray(Shape{examples.size()})};
  Index total = 0;
  for (std::size_t b = 0; b < examples.size(); ++b) {
    batch.offsets[b] = total;
    total += texts.length(examples[b]);
  }
  batch.ids = IndexArray(Shape{static_cast<std::size_t>(total)});
  add_profile_bytes(batch.ids.size() * sizeof(Index));
  Index* out = batch.ids.data();
  for (const Index n : examples) out = std::copy_n(text_begin(texts, n), texts.length(n), out);
  return batch;
}

IndexArray batch_labels(const std::vector<Index>& labels, const std::vector<Index>& examples) {
  const ProfileSpan span("batches", Phase::other);
  IndexArray batch(Shape{examples.size()});
  for (std::size_t b = 0; b < examples.size(); ++b) {
    const Index n = examples[b];
    if (n < 0 || n >= static_cast<Index>(labels.size())) {
      throw IndexError(
          fmt::format("batches: example {} is out of range [0, {})", n, labels.size()));
    }
    batch[b] = labels[static_cast<std::size_t>(n)];
  }
  return batch;
}

}  // namespace tapegrad
