#include <fmt/ranges.h>

#include <tapegrad/training/experiment_model.hpp>
#include <tapegrad/training/experiment_state.hpp>

namespace tapegrad {
namespace {

template <class T>
std::string number(const T& value) {
  return fmt::format("{}", value);
}

void add_network(Identity& identity, const ClassifierConfig& net) {
  identity.insert(identity.end(), {{"model", to_string(net.kind)},
                                   {"dropout", number(net.dropout)},
                                   {"nb-weights", number(net.nb_weights)}});
  if (net.kind == ModelKind::mean) identity.emplace_back("hidden", number(net.hidden));
  if (net.kind != ModelKind::cnn) return;
  identity.emplace_back("filter-widths", fmt::format("{}", fmt::join(net.filter_widths, ",")));
  identity.emplace_back("filters", number(net.filters));
}

void add_words(Identity& identity, const TokenizerRules& rules, const VocabularyChoice& choice) {
  identity.insert(identity.end(), {{"tokenized", number(rules.whitespace_only)},
                                   {"lowercase", number(rules.lowercase)},
                                   {"min-count", number(choice.options.min_count)},
                                   {"max-vocabulary", number(choice.options.max_size)},
                                   {"max-tokens", number(choice.max_tokens)},
                                   {"ngrams", number(choice.ngrams.order)},
                                   {"ngram-min-count", number(choice.ngrams.min_count)},
                                   {"buckets", number(choice.ngrams.buckets)},
                                   {"distinct", number(choice.ngrams.distinct)}});
}

void add_training(Identity& identity, const ExperimentOptions& options) {
  const FitOptions& fit = options.fit;
  std::vector<std::string> ways;
  for (const EmbeddingChoice& choice : options.embeddings) ways.push_back(choice.name);
  identity.insert(identity.end(),
                  {{"embeddings", fmt::format("{}", fmt::join(ways, ","))},
                   {"missing", options.missing == Missing::normal ? "normal" : "zeros"},
                   {"random-deviation", number(options.random_deviation)},
                   {"nb-smoothing", number(options.nb_smoothing)},
                   {"optimizer", options.optimizer},
                   {"lr", options.lr ? number(*options.lr) : "the default"},
                   {"lr-decay", number(fit.lr_decay)},
                   {"weight-decay", number(options.weight_decay)},
                   {"rows", to_string(options.row_policy)},
                   {"clip-norm", number(fit.clip_norm)},
                   {"word-dropout", number(fit.word_dropout)},
                   {"class-weights", options.class_weights},
                   {"epochs", number(fit.epochs)},
                   {"patience", number(fit.patience)},
                   {"batch", number(fit.batch_size)},
                   {"seeds", number(options.seeds)},
                   {"seed", number(options.seed)}});
}

// The texts from `begin` to `end` as words, with the names of their labels.
std::string texts_of(const Corpus& corpus, std::size_t begin, std::size_t end) {
  const std::vector<std::string>& words = corpus.texts.words.words();
  Digest digest;
  for (std::size_t text = begin; text < end; ++text) {
    const std::string& label = corpus.label_names[static_cast<std::size_t>(corpus.labels[text])];
    digest.add(label.data(), label.size());
    const auto first = static_cast<std::size_t>(corpus.texts.offsets[text]);
    const auto last = static_cast<std::size_t>(corpus.texts.offsets[text + 1]);
    for (std::size_t i = first; i < last; ++i) {
      const std::string& word = words[static_cast<std::size_t>(corpus.texts.numbers[i])];
      digest.add(word.data(), word.size());
    }
  }
  return fmt::format("{} texts, digest {}", end - begin, digest.text());
}

std::string vectors_of(const WordVectors& vectors) {
  if (vectors.words.empty()) return "none";
  Digest digest;
  digest.add(vectors.words);
  digest.add(vectors.values.data(), vectors.values.size() * sizeof(Real));
  return fmt::format("{} of width {}, digest {}", vectors.words.size(), vectors.width(),
                     digest.text());
}

}  // namespace

Identity identity_of(const Corpus& corpus, const WordVectors& vectors,
                     const ExperimentOptions& options) {
  Identity identity = {{"train", texts_of(corpus, 0, corpus.train_end)},
                       {"dev", texts_of(corpus, corpus.train_end, corpus.dev_end)},
                       {"test", texts_of(corpus, corpus.dev_end, corpus.labels.size())},
                       {"vectors", vectors_of(vectors)}};
  const Index width = table_width(vectors, options);
  if (vectors.words.empty() || width != vectors.width()) {
    identity.emplace_back("dim", number(width));
  }
  if (!corpus.has_test()) identity.emplace_back("folds", number(options.folds));
  add_words(identity, corpus.rules, options.vocabulary);
  add_network(identity, options.classifier);
  add_training(identity, options);
  return identity;
}

}  // namespace tapegrad
