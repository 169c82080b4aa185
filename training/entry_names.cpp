#include <tapegrad/training/entry_names.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// The n-grams of a text in the order in which they are appended to it, by their bucket.
class BucketNames {
 public:
  BucketNames(const ClassifierModel& model, const std::vector<std::string>& words) {
    const NgramOptions& options = model.ngrams.options();
    if (options.buckets == 0) return;
    std::vector<std::int32_t> ids;
    for (const auto& word : words) {
      ids.push_back(static_cast<std::int32_t>(model.vocabulary.id(word)));
    }
    const auto buckets = static_cast<std::uint64_t>(options.buckets);
    const std::size_t order = static_cast<std::size_t>(options.order);
    for (std::size_t n = 2; n <= std::min(order, ids.size()); ++n) {
      for (std::size_t i = 0; i + n <= ids.size(); ++i) {
        const std::uint64_t hash = ngram_hash(ids.data() + i, static_cast<Index>(n));
        const auto first = words.begin() + static_cast<std::ptrdiff_t>(i);
        names_[static_cast<Index>(hash % buckets)].push_back(
            fmt::format("{}", fmt::join(first, first + static_cast<std::ptrdiff_t>(n), " ")));
      }
    }
  }

  /// The next n-gram of a bucket.
  std::string take(Index bucket) { return names_.at(bucket).at(taken_[bucket]++); }

 private:
  std::map<Index, std::vector<std::string>> names_;
  std::map<Index, std::size_t> taken_;
};

std::string listed_name(const ClassifierModel& model, Index number) {
  std::vector<std::string> words;
  for (const auto id : model.ngrams.words(number)) words.push_back(model.vocabulary.word(id));
  return fmt::format("{}", fmt::join(words, " "));
}

}  // namespace

void append_entry_names(const ClassifierModel& model, const std::vector<std::string>& words,
                        const EncodedTexts& texts, Index n, std::vector<std::string>& names) {
  const Index first_ngram = model.vocabulary.size();
  const Index first_kept = first_ngram + model.ngrams.size();
  const bool in_order = !model.ngrams.options().distinct;
  BucketNames buckets(model, words);
  const auto begin = static_cast<std::size_t>(texts.offsets[static_cast<std::size_t>(n)]);
  for (std::size_t i = 0; i < static_cast<std::size_t>(texts.length(n)); ++i) {
    const Index id = texts.ids[begin + i];
    if (in_order && i < words.size()) {
      names.push_back(words[i]);
    } else if (id >= first_kept) {
      names.push_back(model.kept.words.at(static_cast<std::size_t>(id - first_kept)));
    } else if (id < first_ngram) {
      names.push_back(model.vocabulary.word(id));
    } else if (model.ngrams.options().buckets > 0) {
      names.push_back(buckets.take(id - first_ngram));
    } else {
      names.push_back(listed_name(model, id - first_ngram));
    }
  }
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
