// Words and their ids.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tapegrad/core/array.hpp>
#include <tapegrad/text/word_index.hpp>
#include <unordered_map>
#include <vector>

namespace tapegrad {

/// Lets a map of strings be searched with a view, without making a string. Nobody can choose words
/// that share a bucket (text/seeded_hash.hpp).
struct WordHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view word) const {
    return static_cast<std::size_t>(key_of(word).hash(detail::hash_seed()));
  }
};
/// Words with a number each.
using WordMap = std::unordered_map<std::string, Index, WordHash, std::equal_to<>>;

/// How often each word occurs.
class WordCounts {
 public:
  /// Counts `word` `times` more.
  void add(std::string_view word, Index times = 1);
  /// How often `word` was added; 0 for a word never seen.
  Index count(std::string_view word) const;
  /// How many different words there are.
  Index types() const { return static_cast<Index>(counts_.size()); }
  /// How many words were added in all.
  Index tokens() const { return tokens_; }
  /// The words, in no order.
  const WordMap& words() const { return counts_; }

 private:
  WordMap counts_;
  Index tokens_ = 0;
};

/// A word, which lies elsewhere, and how often it occurs.
struct CountedWord {
  std::string_view word;
  Index count = 0;
};

struct VocabularyOptions {
  /// Words seen fewer times are left out.
  Index min_count = 1;
  /// At most so many entries, <pad> and <unk> among them; the rarest are left out. 0: no limit.
  Index max_size = 0;
};

/// Words numbered from 0: <pad> is 0, <unk> is 1, then the words by falling frequency, equally
/// frequent ones by their bytes, then the extra words in the order of their bytes.
///
/// The two special entries are no words: a text that holds "<pad>" or "<unk>" literally gets the id
/// of unknown words for it.
class Vocabulary {
 public:
  static constexpr Index pad = 0;
  static constexpr Index unk = 1;

  /// Only <pad> and <unk>.
  Vocabulary();
  /// The words of `counts` that `options` keep, then those of `extra` not among them (words of
  /// other texts that have a pretrained vector), which `options` do not limit.
  /// std::invalid_argument for an empty word or one with a line end in it, and for negative
  /// options.
  explicit Vocabulary(const WordCounts& counts, const VocabularyOptions& options = {},
                      std::vector<std::string> extra = {});
  /// The same of different words with their counts.
  explicit Vocabulary(const std::vector<CountedWord>& counts, const VocabularyOptions& options = {},
                      std::vector<std::string> extra = {});

  /// The id of `word`, `unk` if it is not there.
  Index id(std::string_view word) const;
  /// The id of `word`, nothing if it is not there (as for "<pad>" and "<unk>").
  std::optional<Index> find(std::string_view word) const;
  /// The word of an id; IndexError if `id` is not in [0, size).
  const std::string& word(Index id) const;
  /// How often the word occurred in the counts; for `unk`, all words left out together. 0 for extra
  /// words and after loading. IndexError as in `word`.
  Index count(Index id) const;
  /// The number of entries V, with <pad> and <unk>.
  Index size() const { return ids_.size(); }
  /// All words; the position is the id.
  const std::vector<std::string>& words() const { return ids_.words(); }

  /// Writes one word a line, so that line number - 1 is the id. Counts are not kept.
  void save(const std::string& path) const;
  /// Reads what `save` wrote. FormatError with the line if the first two lines are not <pad> and
  /// <unk>, or a line is empty, ends in CR, or repeats a word.
  static Vocabulary load(const std::string& path);
  /// The same of text that was read from the file `path`.
  static Vocabulary parse(std::string_view text, const std::string& path);

 private:
  void append(std::string_view word, Index count);
  std::size_t checked(Index id) const;

  WordIndex ids_;
  std::vector<Index> counts_;  // [size]
};

}  // namespace tapegrad
