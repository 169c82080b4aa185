#include <tapegrad/training/splits.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/training/model_config.hpp>
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
  const ProfileSpan span("read", Phase::other);
  Dataset data = load_dataset(spec, options, corpus.label_names);
  corpus.files.push_back({use, spec, data.form, data.texts.size()});
  corpus.label_names = std::move(data.label_names);
  corpus.labels.insert(corpus.labels.end(), data.labels.begin(), data.labels.end());
  for (const std::string_view text : data.texts) add_profile_bytes(text.size());
  tokenize(data.texts, Tokenizer(corpus.rules), corpus.texts);
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

// Throws for classes that no model could be trained on, or saved with.
void check_classes(const Corpus& corpus, const std::string& train) {
  try {
    check_labels(corpus.label_names);
  } catch (const std::invalid_argument& error) {
    throw FormatError(train, 0, error.what());
  }
  if (corpus.label_names.size() > 1) return;
  throw FormatError(train, 0,
                    fmt::format("all {} texts have the class \"{:.60}\": a classifier needs two",
                                corpus.labels.size(), corpus.label_names[0]));
}

LabelledTexts select(const Corpus& corpus, const std::vector<Index>& numbers,
                     const Vocabulary& vocabulary, Index max_tokens) {
  std::vector<Index> labels;
  for (const Index n : numbers) labels.push_back(corpus.labels[static_cast<std::size_t>(n)]);
  return {encode(corpus.texts, numbers, vocabulary, max_tokens), std::move(labels)};
}

// The words that occur, with their counts.
std::vector<CountedWord> present(const TokenizedTexts& texts, const std::vector<Index>& counts) {
  std::vector<CountedWord> words;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) words.push_back({texts.words.words()[i], counts[i]});
  }
  return words;
}

// Words of dev and test that are not among the counted ones and have a vector.
std::vector<std::string> words_with_vector(const Corpus& corpus, const Split& split,
                                           const WordVectors& vectors,
                                           const std::vector<Index>& counts) {
  if (vectors.words.empty()) return {};
  const std::vector<Index> others = count_words(corpus.texts, split.dev);
  const std::vector<Index> in_test = count_words(corpus.texts, split.test);
  std::unordered_set<std::string_view> missing;
  for (std::size_t i = 0; i < others.size(); ++i) {
    if (counts[i] == 0 && others[i] + in_test[i] > 0) missing.insert(corpus.texts.words.words()[i]);
  }
  std::vector<std::string> found;
  for (const std::string& word : vectors.words) {
    if (missing.contains(word)) found.push_back(word);
  }
  return found;
}

}  // namespace

Corpus load_corpus(const std::string& train, const std::string& dev, const std::string& test,
                   const DatasetOptions& options, const TokenizerRules& rules) {
  Corpus corpus;
  corpus.rules = rules;
  append(corpus, "train", train, options);
  check_classes(corpus, train);  // before a training whose model could not be saved
  corpus.train_end = corpus.labels.size();
  corpus.classes = std::ssize(corpus.label_names);
  append(corpus, "dev", dev, options);
  corpus.dev_end = corpus.labels.size();
  append(corpus, "test", test, options);
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
    splits.push_back({shuffled, dev, range(corpus.dev_end, corpus.labels.size())});
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

PreparedSplit prepare(const Corpus& corpus, const Split& split, const WordVectors& vectors,
                      const VocabularyChoice& choice) {
  const ProfileSpan span("prepare", Phase::other);
  const std::vector<Index> counts = count_words(corpus.texts, split.train);
  PreparedSplit prepared{Vocabulary(present(corpus.texts, counts), choice.options,
                                    words_with_vector(corpus, split, vectors, counts)),
                         {},
                         {},
                         {},
                         {}};
  const auto selected = [&](const std::vector<Index>& numbers) {
    return select(corpus, numbers, prepared.vocabulary, choice.max_tokens);
  };
  prepared.train = selected(split.train);
  prepared.dev = selected(split.dev);
  prepared.test = selected(split.test);
  prepared.ngrams = Ngrams(prepared.train.texts, choice.ngrams);
  for (LabelledTexts* part : {&prepared.train, &prepared.dev, &prepared.test}) {
    prepared.ngrams.append_to(part->texts, prepared.vocabulary.size());
  }
  return prepared;
}

}  // namespace tapegrad
