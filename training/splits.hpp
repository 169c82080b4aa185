// From labelled files to what is trained on: which texts train, choose and test, and their ids.
#pragma once

#include <cstdint>
#include <string>
#include <tapegrad/text/dataset.hpp>
#include <tapegrad/text/ngrams.hpp>
#include <tapegrad/text/tokenizer.hpp>
#include <tapegrad/text/vectors.hpp>
#include <tapegrad/text/vocabulary.hpp>
#include <tapegrad/training/fit.hpp>
#include <vector>

namespace tapegrad {

/// The data of an experiment. Classes are the label names of the training file; labels that only
/// dev or test know come after them in `label_names`, and no classifier can predict them.
struct Corpus {
  TokenizedTexts texts;
  TokenizerRules rules;  // by which they were tokenized
  std::vector<Index> labels;
  std::vector<std::string> label_names;
  Index classes = 0;          // label names known from the training file
  std::size_t train_end = 0;  // texts 0 .. train_end-1 are the training file's
  std::size_t dev_end = 0;    // train_end .. dev_end-1 the dev file's, the others the test file's

  struct File {
    std::string use;   // "train", "dev" or "test"
    std::string spec;  // as the user named it
    std::string form;  // as it was recognized
    std::size_t texts = 0;
  };
  std::vector<File> files;

  bool has_dev() const { return dev_end > train_end; }
  bool has_test() const { return labels.size() > dev_end; }
};

/// Loads and tokenizes the files; an empty name means there is none, but `train` must be given.
/// Errors as in load_dataset; FormatError for a `train` with one class alone, or with labels that
/// check_labels refuses.
Corpus load_corpus(const std::string& train, const std::string& dev, const std::string& test,
                   const DatasetOptions& options = {}, const TokenizerRules& rules = {});

/// Numbers of texts in a corpus.
struct Split {
  std::vector<Index> train, dev, test;
};

/// With a test file one split; without, `folds` splits, each testing on another part of the
/// shuffled training texts. Without a dev file a tenth of the texts to train on (at least one)
/// becomes dev. Depends on the corpus and `seed` alone. std::invalid_argument when there are fewer
/// texts than that needs, or folds is below 2.
std::vector<Split> make_splits(const Corpus& corpus, Index folds, std::uint64_t seed);

struct VocabularyChoice {
  VocabularyOptions options = {};
  Index max_tokens = 0;  // longer texts are cut there; 0: never
  NgramOptions ngrams = {};
};

/// A split as ids. The vocabulary is that of the training texts, and the words of dev and test that
/// have a vector (as in Kim, EMNLP 2014). N-grams are those of the training texts, with ids behind
/// the vocabulary's.
struct PreparedSplit {
  Vocabulary vocabulary;
  Ngrams ngrams;
  LabelledTexts train, dev, test;
};
PreparedSplit prepare(const Corpus& corpus, const Split& split, const WordVectors& vectors,
                      const VocabularyChoice& choice);

}  // namespace tapegrad
