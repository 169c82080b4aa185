#include <tapegrad/training/splits.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <stdexcept>
#include <tapegrad/core/profile.hpp>
#include <unordered_set>
#include <utility>

namespace tapegrad {
namespace {

std::vector<Index> range(std::size_t begin, std::size_t end) {
  std::vector<Index> numbers(end - begin);
  std::iota(numbers.begin(), numbers.end(), static_cast<Index>(begin));
  return numbers;
}

void append(Corpus& corpus, const std::string& use, const std::string& spec,
            const DatasetOptions& options) {
  if (spec.empty()) return;
  Dataset data = load_dataset(spec, options, corpus.label_names);
  corpus.files.push_back({use, spec, data.form, data.texts.size()});
  corpus.label_names = std::move(data.label_names);
  corpus.labels.insert(corpus.labels.end(), data.labels.begin(), data.labels.end());
  std::move(data.texts.begin(), data.texts.end(), std::back_inserter(corpus.texts));
}

// Moves a tenth of the training texts, at least one, to dev.
void split_off_dev(Split& split) {
  const auto count = std::max<std::ptrdiff_t>(1, std::ssize(split.train) / 10);
  if (count >= std::ssize(split.train)) {
    throw std::invalid_argument(
        fmt::format("dev: needs a file of its own, {} training texts are too few to give some away",
                    split.train.size()));
  }
  split.dev.assign(split.train.end() - count, split.train.end());
  split.train.resize(split.train.size() - static_cast<std::size_t>(count));
}

LabelledTexts select(const Corpus& corpus, const std::vector<Index>& numbers,
                     const Tokenizer& tokenizer, const Vocabulary& vocabulary, Index max_tokens) {
  std::vector<std::string> texts;
  std::vector<Index> labels;
  for (const Index n : numbers) {
    texts.push_back(corpus.texts[static_cast<std::size_t>(n)]);
    labels.push_back(corpus.labels[static_cast<std::size_t>(n)]);
  }
  return {encode(texts, tokenizer, vocabulary, max_tokens), std::move(labels)};
}

WordCounts count(const Corpus& corpus, const std::vector<Index>& numbers,
                 const Tokenizer& tokenizer) {
  const ProfileSpan span("tokenize", Phase::other);
  WordCounts counts;
  TokenBuffer buffer;
  for (const Index n : numbers) {
    const std::string& text = corpus.texts[static_cast<std::size_t>(n)];
    for (const auto& token : tokenizer(text, buffer)) counts.add(token);
    add_profile_bytes(text.size());
  }
  return counts;
}

}  // namespace

Corpus load_corpus(const std::string& train, const std::string& dev, const std::string& test,
                   const DatasetOptions& options) {
  const ProfileSpan span("read", Phase::other);
  Corpus corpus;
  append(corpus, "train", train, options);
  corpus.train_end = corpus.texts.size();
  corpus.classes = std::ssize(corpus.label_names);
  append(corpus, "dev", dev, options);
  corpus.dev_end = corpus.texts.size();
  append(corpus, "test", test, options);
  for (const std::string& text : corpus.texts) add_profile_bytes(text.size());
  return corpus;
}

std::vector<Split> make_splits(const Corpus& corpus, Index folds, std::uint64_t seed) {
  std::vector<Index> shuffled = range(0, corpus.train_end);
  if (!corpus.has_dev() || !corpus.has_test()) {  // else all of train trains, in the file's order
    Rng rng = Rng(seed).split(0);
    shuffle(shuffled, rng);
  }
  const std::vector<Index> dev = range(corpus.train_end, corpus.dev_end);
  std::vector<Split> splits;
  if (corpus.has_test()) {
    splits.push_back({shuffled, dev, range(corpus.dev_end, corpus.texts.size())});
  } else {
    const auto n = std::ssize(shuffled);
    if (folds < 2 || folds > n) {
      throw std::invalid_argument(
          fmt::format("folds: {} is not in [2, {}] (without a test file, {} training texts are "
                      "tested in folds)",
                      folds, n, n));
    }
    for (Index k = 0; k < folds; ++k) {
      const auto begin = shuffled.begin() + n * k / folds;
      const auto end = shuffled.begin() + n * (k + 1) / folds;
      Split split{{shuffled.begin(), begin}, dev, {begin, end}};
      split.train.insert(split.train.end(), end, shuffled.end());
      splits.push_back(std::move(split));
    }
  }
  for (Split& split : splits) {
    if (!corpus.has_dev()) split_off_dev(split);
  }
  return splits;
}

PreparedSplit prepare(const Corpus& corpus, const Split& split, const Tokenizer& tokenizer,
                      const WordVectors& vectors, const VocabularyChoice& choice) {
  const ProfileSpan span("prepare", Phase::other);
  const WordCounts counts = count(corpus, split.train, tokenizer);
  std::vector<Index> held_out = split.dev;
  held_out.insert(held_out.end(), split.test.begin(), split.test.end());
  const WordCounts others = count(corpus, held_out, tokenizer);
  std::vector<std::string> extra;
  for (const std::string& word : vectors.words) {
    if (others.count(word) > 0 && counts.count(word) == 0) extra.push_back(word);
  }
  PreparedSplit prepared{Vocabulary(counts, choice.options, std::move(extra)), {}, {}, {}};
  const auto selected = [&](const std::vector<Index>& numbers) {
    return select(corpus, numbers, tokenizer, prepared.vocabulary, choice.max_tokens);
  };
  prepared.train = selected(split.train);
  prepared.dev = selected(split.dev);
  prepared.test = selected(split.test);
  return prepared;
}

}  // namespace tapegrad
