#include <tapegrad/text/ngrams.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/text/ngram_counts.hpp>

namespace tapegrad {
namespace {

constexpr std::uint64_t factor = 0x9E3779B97F4A7C15U;

constexpr std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 33U;
  x *= 0xFF51AFD7ED558CCDU;
  x ^= x >> 33U;
  x *= 0xC4CEB9FE1A85EC53U;
  return x ^ (x >> 33U);
}

// N-grams of up to `order` words in a text of `length` words.
Index most_ngrams(Index length, Index order) {
  Index all = 0;
  for (Index n = 2; n <= order; ++n) all += std::max<Index>(0, length - n + 1);
  return all;
}

}  // namespace

void check_ngrams(const NgramOptions& options) {
  const auto check = [](const char* name, Index value, Index least) {
    if (value >= least) return;
    throw std::invalid_argument(
        fmt::format("ngrams: {} is {}, expected {} or more", name, value, least));
  };
  check("order", options.order, 1);
  if (constexpr Index most = 100; options.order > most) {
    throw std::invalid_argument(
        fmt::format("ngrams: order is {}, expected {} or less", options.order, most));
  }
  check("min_count", options.min_count, 0);
  check("buckets", options.buckets, 0);
  if (options.buckets > std::numeric_limits<std::int32_t>::max()) {
    throw std::invalid_argument(
        fmt::format("ngrams: buckets is {}, expected less than 2^31", options.buckets));
  }
}

std::uint64_t ngram_hash(const std::int32_t* ids, Index n) {
  auto hash = static_cast<std::uint64_t>(ids[0]);
  for (Index i = 1; i < n; ++i) hash = mix(hash * factor + static_cast<std::uint64_t>(ids[i]));
  return hash;
}

KeyIndex::KeyIndex() : slots_(1U << 4U) {}

std::size_t KeyIndex::place(std::uint64_t key) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = static_cast<std::size_t>(key) & mask;
  while (slots_[at].number >= 0 && slots_[at].key != key) at = (at + 1) & mask;
  return at;
}

std::int32_t KeyIndex::add(std::uint64_t key) {
  Slot& slot = slots_[place(key)];
  if (slot.number >= 0) return slot.number;
  slot = {key, size_++};
  if (2 * static_cast<std::size_t>(size_) > slots_.size()) grow();
  return size_ - 1;
}

std::int32_t KeyIndex::find(std::uint64_t key) const {
  return slots_[place(key)].number;
}

void KeyIndex::grow() {
  std::vector<Slot> old(2 * slots_.size());
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.number >= 0) slots_[place(slot.key)] = slot;
  }
}

Ngrams::Ngrams(const EncodedTexts& train, const NgramOptions& options) : options_(options) {
  check_ngrams(options);
  if (options.buckets > 0) return;
  for (const auto& [hash, count, n, at] : detail::frequent_ngrams(train, options)) {
    add(train.ids.data() + at, n);
  }
}

Index Ngrams::size() const {
  if (options_.order == 1) return 0;
  return options_.buckets > 0 ? options_.buckets : numbers_.size();
}

std::vector<std::int32_t> Ngrams::words(Index number) const {
  if (number < 0 || number >= numbers_.size()) {
    throw IndexError(
        fmt::format("ngrams: number {} is out of range [0, {})", number, numbers_.size()));
  }
  const auto at = static_cast<std::size_t>(number);
  return {words_.begin() + starts_[at], words_.begin() + starts_[at + 1]};
}

std::int32_t Ngrams::number(std::uint64_t hash) const {
  if (options_.buckets == 0) return numbers_.find(hash);
  return static_cast<std::int32_t>(hash % static_cast<std::uint64_t>(options_.buckets));
}

void Ngrams::add(const std::int32_t* ids, Index n) {
  numbers_.add(ngram_hash(ids, n));
  words_.insert(words_.end(), ids, ids + n);
  starts_.push_back(static_cast<Index>(words_.size()));
}

void Ngrams::append_to(EncodedTexts& texts, Index first_id) const {
  if (size() == 0 && !options_.distinct) return;
  if (first_id + size() > std::numeric_limits<std::int32_t>::max()) {
    throw std::invalid_argument(fmt::format(
        "ngrams: {} of them and {} words are more than 2^31 - 1 ids", size(), first_id));
  }
  // Each text is written where it would stand if all n-grams were known, and moved up then.
  EncodedTexts words;
  words.ids.swap(texts.ids);
  words.offsets.swap(texts.offsets);
  std::vector<Index> places = {0};
  for (Index t = 0; t < words.size(); ++t) {
    const Index length = words.length(t);
    places.push_back(places.back() + length + most_ngrams(length, options_.order));
  }
  texts.ids.resize(static_cast<std::size_t>(places.back()));
  std::vector<Index> lengths(places.size() - 1);
  constexpr std::size_t cost = 1U << 12U;
  parallel_ranges(lengths.size(), cost, [&](std::size_t begin, std::size_t end) {
    for (std::size_t t = begin; t < end; ++t) {
      const std::int32_t* ids = words.ids.data() + words.offsets[t];
      lengths[t] = write_text(ids, words.length(static_cast<Index>(t)), first_id,
                              texts.ids.data() + places[t]);
    }
  });
  for (std::size_t t = 0; t < lengths.size(); ++t) {
    const auto from = texts.ids.begin() + places[t];
    std::copy(from, from + lengths[t], texts.ids.begin() + texts.offsets.back());
    texts.offsets.push_back(texts.offsets.back() + lengths[t]);
  }
  texts.ids.resize(static_cast<std::size_t>(texts.offsets.back()));
}

Index Ngrams::write_text(const std::int32_t* ids, Index length, Index first_id,
                         std::int32_t* out) const {
  const auto first = static_cast<std::int32_t>(first_id);
  std::int32_t* at = std::copy(ids, ids + length, out);
  // The table is larger than the caches: asks for entries some n-grams ahead.
  constexpr std::size_t ahead = 12;
  std::vector<std::uint64_t> hashes;
  for (Index n = 2; n <= options_.order; ++n) {
    hashes.clear();
    for (Index i = 0; i + n <= length; ++i) hashes.push_back(ngram_hash(ids + i, n));
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      if (i + ahead < hashes.size()) numbers_.prefetch(hashes[i + ahead]);
      const std::int32_t found = number(hashes[i]);
      if (found >= 0) *at++ = first + found;
    }
  }
  if (options_.distinct) {
    std::sort(out, at);
    at = std::unique(out, at);
  }
  return at - out;
}

void Ngrams::save(const std::string& path, const Vocabulary& vocabulary) const {
  std::string bytes;
  for (Index number = 0; number < numbers_.size(); ++number) {
    const auto ids = words(number);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      bytes.append(vocabulary.word(ids[i])).push_back(i + 1 < ids.size() ? ' ' : '\n');
    }
  }
  write_file(path, bytes);
}

Ngrams Ngrams::load(const std::string& path, const Vocabulary& vocabulary,
                    const NgramOptions& options) {
  const std::string bytes = read_file(path);
  Ngrams ngrams = hashed(options);
  std::size_t line = 1;
  std::vector<std::int32_t> ids;
  for (std::size_t begin = 0; begin < bytes.size(); begin = bytes.find('\n', begin) + 1, ++line) {
    const std::size_t end = bytes.find('\n', begin);
    if (end == std::string::npos) {
      throw FormatError(path, line, "expected a line end behind the last n-gram: the file is cut");
    }
    ids.clear();
    for (std::size_t at = begin; at <= end;) {
      const std::size_t word_end = std::min(bytes.find(' ', at), end);
      const auto word = std::string_view(bytes).substr(at, word_end - at);
      ids.push_back(static_cast<std::int32_t>(vocabulary.id(word)));
      if (ids.back() == Vocabulary::unk && word != vocabulary.word(Vocabulary::unk)) {
        throw FormatError(path, line,
                          fmt::format("the word \"{}\" is not in the vocabulary", word));
      }
      at = word_end + 1;
    }
    const auto n = static_cast<Index>(ids.size());
    if (n < 2 || n > options.order) {
      throw FormatError(path, line,
                        fmt::format("expected 2 to {} words, found {}", options.order, n));
    }
    const Index before = ngrams.size();
    ngrams.add(ids.data(), n);
    if (ngrams.size() == before) throw FormatError(path, line, "this n-gram came before");
  }
  return ngrams;
}

Ngrams Ngrams::hashed(const NgramOptions& options) {
  check_ngrams(options);
  Ngrams ngrams;
  ngrams.options_ = options;
  return ngrams;
}

}  // namespace tapegrad
