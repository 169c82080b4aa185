#include <tapegrad/text/vocabulary.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>

namespace tapegrad {
namespace {

constexpr std::string_view pad_word = "<pad>";
constexpr std::string_view unk_word = "<unk>";

bool is_special(std::string_view word) {
  return word == pad_word || word == unk_word;
}

std::vector<CountedWord> list(const WordCounts& counts) {
  std::vector<CountedWord> words;
  for (const auto& [word, count] : counts.words()) words.push_back({word, count});
  return words;
}

// The first eight bytes of a word as a number that is ordered as they are.
std::uint64_t prefix(std::string_view word) {
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    bytes = bytes << 8U | (i < word.size() ? static_cast<unsigned char>(word[i]) : 0U);
  }
  return bytes;
}

// By falling count, equal ones by their bytes.
void sort_words(std::vector<CountedWord>& words) {
  struct Entry {
    CountedWord word;
    std::uint64_t prefix;  // tells most words apart, without a look at where they lie
  };
  std::vector<Entry> entries;
  for (const CountedWord& word : words) entries.push_back({word, prefix(word.word)});
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    if (a.word.count != b.word.count) return a.word.count > b.word.count;
    return a.prefix != b.prefix ? a.prefix < b.prefix : a.word.word < b.word.word;
  });
  std::transform(entries.begin(), entries.end(), words.begin(),
                 [](const Entry& entry) { return entry.word; });
}

void check_options(const VocabularyOptions& options) {
  if (options.min_count < 0) {
    throw std::invalid_argument(
        fmt::format("vocabulary: min_count is {}, expected 0 or more", options.min_count));
  }
  if (options.max_size != 0 && options.max_size < 2) {
    throw std::invalid_argument(fmt::format(
        "vocabulary: max_size is {}, expected 0 (no limit) or at least 2: <pad> and <unk> count",
        options.max_size));
  }
}

}  // namespace

void WordCounts::add(std::string_view word, Index times) {
  const auto found = counts_.find(word);
  if (found != counts_.end()) {
    found->second += times;
  } else {
    counts_.emplace(word, times);
  }
  tokens_ += times;
}

Index WordCounts::count(std::string_view word) const {
  const auto found = counts_.find(word);
  return found == counts_.end() ? 0 : found->second;
}

Vocabulary::Vocabulary() : counts_{0, 0} {
  ids_.add(pad_word);
  ids_.add(unk_word);
}

Vocabulary::Vocabulary(const WordCounts& counts, const VocabularyOptions& options,
                       std::vector<std::string> extra)
    : Vocabulary(list(counts), options, std::move(extra)) {}

Vocabulary::Vocabulary(const std::vector<CountedWord>& counts, const VocabularyOptions& options,
                       std::vector<std::string> extra)
    : Vocabulary() {
  check_options(options);
  Index tokens = 0;
  std::vector<CountedWord> kept;
  for (const CountedWord& entry : counts) {
    tokens += entry.count;
    if (entry.count >= options.min_count && !is_special(entry.word)) kept.push_back(entry);
  }
  sort_words(kept);
  if (options.max_size > 0 && kept.size() > static_cast<std::size_t>(options.max_size - 2)) {
    kept.resize(static_cast<std::size_t>(options.max_size - 2));
  }
  Index kept_tokens = 0;
  for (const auto& [word, count] : kept) {
    append(word, count);
    kept_tokens += count;
  }
  counts_[unk] = tokens - kept_tokens;
  std::sort(extra.begin(), extra.end());
  for (const auto& word : extra) {
    if (!is_special(word) && !find(word)) append(word, 0);
  }
}

void Vocabulary::append(std::string_view word, Index count) {
  if (word.empty() || word.find_first_of("\r\n") != std::string_view::npos) {
    throw std::invalid_argument("vocabulary: a word must not be empty or hold a line end");
  }
  ids_.add(word);
  counts_.push_back(count);
}

Index Vocabulary::id(std::string_view word) const {
  return find(word).value_or(unk);
}

std::optional<Index> Vocabulary::find(std::string_view word) const {
  const Index found = ids_.find(word);
  if (found <= unk) return std::nullopt;
  return found;
}

std::size_t Vocabulary::checked(Index id) const {
  if (id < 0 || id >= size()) {
    throw IndexError(fmt::format("vocabulary: id {} is out of range [0, {})", id, size()));
  }
  return static_cast<std::size_t>(id);
}

const std::string& Vocabulary::word(Index id) const {
  return words()[checked(id)];
}

Index Vocabulary::count(Index id) const {
  return counts_[checked(id)];
}

void Vocabulary::save(const std::string& path) const {
  std::string bytes;
  for (const auto& word : words()) bytes.append(word).push_back('\n');
  write_file(path, bytes);
}

Vocabulary Vocabulary::load(const std::string& path) {
  return parse(read_file(path), path);
}

Vocabulary Vocabulary::parse(std::string_view text, const std::string& path) {
  Vocabulary vocabulary;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      throw FormatError(path, number, "expected a line end behind the last word: the file is cut");
    }
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (number <= 2) {
      const auto special = number == 1 ? pad_word : unk_word;
      if (word == special) continue;
      throw FormatError(path, number, fmt::format("expected {}, found \"{:.60}\"", special, word));
    }
    if (word.empty()) throw FormatError(path, number, "expected a word, found an empty line");
    if (word.find('\r') != std::string_view::npos) {
      throw FormatError(path, number, "expected LF line ends, found a CR");
    }
    if (is_special(word)) throw FormatError(path, number, fmt::format("{} occurs twice", word));
    if (const auto first = vocabulary.find(word)) {
      throw FormatError(
          path, number,
          fmt::format("the word \"{:.60}\" stands on line {} already", word, *first + 1));
    }
    vocabulary.append(word, 0);
  }
  if (number < 2) {
    throw FormatError(
        path, number + 1,
        fmt::format("expected {}, found the end of the file", number == 0 ? pad_word : unk_word));
  }
  return vocabulary;
}

}  // namespace tapegrad
