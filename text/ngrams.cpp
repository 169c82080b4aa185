#include <tapegrad/text/ngrams.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/text/id_set.hpp>
#include <tapegrad/text/ngram_counts.hpp>

namespace tapegrad {
namespace {

constexpr Index block_size = 512;  // texts that one thread works on at a time

// The ids of some texts, and how many each of them has.
struct Block {
  LargeVector<std::int32_t> ids;
  std::vector<Index> lengths;
};

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

KeyIndex::KeyIndex() : slots_(1U << 4U) {}

std::size_t KeyIndex::place(std::uint64_t key) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = home(key);
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
  std::vector<Slot, AlignedAllocator<Slot>> old(2 * slots_.size());
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
  std::vector<Block> blocks(static_cast<std::size_t>((texts.size() + block_size - 1) / block_size));
  parallel_for(blocks.size(), [&](std::size_t b) {
    const Index begin = static_cast<Index>(b) * block_size;
    const Index end = std::min(begin + block_size, texts.size());
    detail::IdSet set(static_cast<std::size_t>(options_.distinct ? first_id + size() : 0));
    for (Index t = begin; t < end; ++t) {
      const std::size_t before = blocks[b].ids.size();
      append_text(texts, t, first_id, set, blocks[b].ids);
      blocks[b].lengths.push_back(static_cast<Index>(blocks[b].ids.size() - before));
    }
  });
  texts.ids = {};
  texts.offsets = {0};
  for (const Block& block : blocks) {
    for (const Index length : block.lengths) {
      texts.offsets.push_back(texts.offsets.back() + length);
    }
  }
  texts.ids.resize(static_cast<std::size_t>(texts.offsets.back()));
  parallel_for(blocks.size(), [&](std::size_t b) {
    const Index at = texts.offsets[b * static_cast<std::size_t>(block_size)];
    std::copy(blocks[b].ids.begin(), blocks[b].ids.end(), texts.ids.begin() + at);
    blocks[b] = {};
  });
}

void Ngrams::append_text(const EncodedTexts& texts, Index t, Index first_id, detail::IdSet& set,
                         LargeVector<std::int32_t>& out) const {
  const std::int32_t* ids = texts.ids.data() + texts.offsets[static_cast<std::size_t>(t)];
  const Index length = texts.length(t);
  const auto add = [&](std::int32_t id) { options_.distinct ? set.add(id) : out.push_back(id); };
  for (Index i = 0; i < length; ++i) {
    if (ids[i] < 0 || ids[i] >= first_id) {
      throw std::invalid_argument(
          fmt::format("ngrams: id {} of a word is not in [0, {})", ids[i], first_id));
    }
    add(ids[i]);
  }
  // The table is larger than the caches: asks for entries some n-grams ahead.
  constexpr std::size_t ahead = 12;
  std::vector<std::uint64_t> hashes;
  for (Index n = 2; n <= options_.order; ++n) {
    hashes.clear();
    for (Index i = 0; i + n <= length; ++i) hashes.push_back(ngram_hash(ids + i, n));
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      if (i + ahead < hashes.size()) numbers_.prefetch(hashes[i + ahead]);
      const std::int32_t found = number(hashes[i]);
      if (found >= 0) add(static_cast<std::int32_t>(first_id) + found);
    }
  }
  if (options_.distinct) set.empty([&](std::int32_t id) { out.push_back(id); });
}

std::vector<Index> Ngrams::keep(const std::vector<std::int32_t>& new_ids) {
  Ngrams kept = hashed(options_);
  std::vector<Index> numbers;
  for (Index number = 0; number < numbers_.size(); ++number) {
    std::vector<std::int32_t> ids = words(number);
    for (std::int32_t& id : ids) id = new_ids.at(static_cast<std::size_t>(id));
    if (std::find(ids.begin(), ids.end(), -1) != ids.end()) continue;
    kept.add(ids.data(), static_cast<Index>(ids.size()));
    numbers.push_back(number);
  }
  *this = std::move(kept);
  return numbers;
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
                          fmt::format("the word \"{:.60}\" is not in the vocabulary", word));
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
