#include <tapegrad/training/experiment.hpp>

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <string_view>
#include <tapegrad/core/memory.hpp>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/layers/init.hpp>
#include <tapegrad/optim/adagrad.hpp>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/optim/rmsprop.hpp>
#include <tapegrad/optim/sgd.hpp>
#include <tapegrad/training/class_weights.hpp>
#include <tapegrad/training/nb_weights.hpp>

namespace tapegrad {
namespace {

constexpr std::array<std::string_view, 5> optimizers = {"adam", "adamw", "sgd", "adagrad",
                                                        "rmsprop"};
[[noreturn]] void unknown_optimizer(const std::string& name) {
  throw std::invalid_argument(
      fmt::format("optimizer: \"{}\" is not one of {}", name, fmt::join(optimizers, ", ")));
}

template <class Value>
Spread spread_over_folds(const std::vector<Run>& runs, Value&& value) {
  std::vector<std::vector<double>> by_fold;
  for (const Run& run : runs) {
    if (by_fold.size() <= run.fold) by_fold.resize(run.fold + 1);
    by_fold[run.fold].push_back(value(run));
  }
  if (by_fold.size() == 1) return spread(by_fold[0]);
  std::vector<double> means;
  for (const auto& values : by_fold) means.push_back(spread(values).mean);
  return spread(means);
}

Array random_table(Index rows, Index width, double deviation, const Rng& rng) {
  Parameter table(zeros({static_cast<std::size_t>(rows), static_cast<std::size_t>(width)}));
  freeze_rows(table, {Vocabulary::pad});
  Rng numbers = rng;
  init::normal(table, numbers, 0.0, deviation);
  return table.value();
}

// The table with rows of zeros behind its own.
Array with_more_rows(Array table, Index more) {
  if (more == 0) return table;
  const Shape& shape = table.shape();
  Array larger = zeros({shape[0] + static_cast<std::size_t>(more), shape[1]});
  std::copy(table.data(), table.data() + table.size(), larger.data());
  return larger;
}

// N of a name "PREFIXN", a number above 0; 0 for another name.
Index epochs_after(std::string_view prefix, std::string_view name) {
  if (name.substr(0, prefix.size()) != prefix) return 0;
  Index epochs = 0;
  const char* end = name.data() + name.size();
  const auto [rest, error] = std::from_chars(name.data() + prefix.size(), end, epochs);
  return error == std::errc() && rest == end ? std::max<Index>(0, epochs) : 0;
}

// The state of one experiment while it runs.
class Experiment {
 public:
  Experiment(const Corpus& corpus, const WordVectors& vectors, const ExperimentOptions& options,
             const RunObserver& observe)
      : corpus_(corpus),
        vectors_(vectors),
        options_(options),
        observe_(observe),
        config_(options.classifier),
        weights_(parse_class_weights(options.class_weights, corpus)) {
    config_.classes = corpus.classes;
    config_.ngrams = options.vocabulary.ngrams;
  }

  ExperimentResult run() {
    check_all();
    const std::vector<Split> splits = make_splits(corpus_, options_.folds, options_.seed);
    result_.folds = splits.size();
    result_.width = has_vectors() ? vectors_.width() : options_.width;
    for (const auto& choice : options_.embeddings) {
      const double lr = options_.lr.value_or(learning_rate(options_.optimizer, choice));
      result_.groups.push_back({choice, lr, {}, {}});
    }
    for (std::size_t fold = 0; fold < splits.size() && !result_.cancelled; ++fold) {
      run_split(fold, splits[fold]);
    }
    return std::move(result_);
  }

 private:
  bool has_vectors() const { return !vectors_.words.empty(); }

  void check_all() const {
    check(options_);
    check_classifier(config_);
    for (const auto& choice : options_.embeddings) {
      if (choice.pretrained && !has_vectors()) {
        throw std::invalid_argument(fmt::format(
            "embeddings: {} needs word vectors, and none of the words has one", choice.name));
      }
    }
  }

  void run_split(std::size_t fold, const Split& split) {
    const PreparedSplit data = prepare(corpus_, split, vectors_, options_.vocabulary);
    check_memory("training", static_cast<std::size_t>(rows(data)),
                 static_cast<std::size_t>(result_.width), copies_of_table());
    if (fold == 0) describe(data);
    for (RunGroup& group : result_.groups) {
      for (Index k = 0; k < options_.seeds && !result_.cancelled; ++k) {
        run_once(group, fold, options_.seed + static_cast<std::uint64_t>(k), split, data);
      }
    }
  }

  static Index rows(const PreparedSplit& data) {
    return data.vocabulary.size() + data.ngrams.size();
  }

  // A trained table has two moments beside it.
  std::size_t copies_of_table() const {
    const auto frozen = [](const EmbeddingChoice& choice) { return choice.frozen; };
    const auto& all = options_.embeddings;
    return std::all_of(all.begin(), all.end(), frozen) ? 1 : 3;
  }

  void describe(const PreparedSplit& data) {
    result_.vocabulary_size = data.vocabulary.size();
    result_.ngrams = data.ngrams.size();
    result_.coverage = coverage(data.vocabulary, vectors_);
    result_.texts_cut = data.train.texts.cut + data.dev.texts.cut + data.test.texts.cut;
  }

  TextClassifier make_model(const EmbeddingChoice& choice, const PreparedSplit& data,
                            std::uint64_t seed) const {
    const ProfileSpan span("model", Phase::other);
    const Rng rng(seed);
    const Rng table_rng = rng.split(0);
    Array table =
        choice.pretrained
            ? with_more_rows(init_table(data.vocabulary, vectors_, table_rng, options_.missing),
                             data.ngrams.size())
            : random_table(rows(data), result_.width, options_.random_deviation, table_rng);
    Array nb =
        config_.nb_weights ? nb_weights(data.train, rows(data), options_.nb_smoothing) : Array();
    Rng layers_rng = rng.split(1);
    TextClassifier model = make_classifier(config_, std::move(table), layers_rng, std::move(nb));
    if (choice.frozen) freeze(model.table());
    if (choice.new_words && choice.thaw_after == 0) {
      freeze_rows(model.table(), words_with_vector(data.vocabulary, vectors_));
    }
    return model;
  }

  void run_once(RunGroup& group, std::size_t fold, std::uint64_t seed, const Split& split,
                const PreparedSplit& data) {
    const std::string name = run_name(group, fold, seed);
    if (observe_) observe_(group.embeddings, name);
    TextClassifier model = make_model(group.embeddings, data, seed);
    if (group.runs.empty()) group.values = count_values(model);
    const auto optimizer = make_optimizer(options_.optimizer, model, group.lr,
                                          options_.weight_decay, options_.row_policy);
    FitOptions fit_options = options_.fit;
    fit_options.seed = seed;
    set_thawing(fit_options, group.embeddings, data);
    fit_options.class_weights = weights_;
    Run run{seed, fold, fit(model, *optimizer, data.train, data.dev, fit_options), {}};
    Predictions predictions = predict(model, data.test.texts);
    run.test = measure(data.test.labels, predictions.labels);
    result_.cancelled = run.fit.cancelled;
    if (!result_.best || run.fit.best_dev_accuracy > best_dev_accuracy_) {
      best_dev_accuracy_ = run.fit.best_dev_accuracy;
      keep(name, std::move(model), data);
      result_.best_predictions = {split.test, data.test.labels, std::move(predictions)};
    }
    group.runs.push_back(std::move(run));
  }

  void set_thawing(FitOptions& fit_options, const EmbeddingChoice& choice,
                   const PreparedSplit& data) const {
    fit_options.thaw_after = choice.thaw_after;
    fit_options.thaw_rows.clear();
    if (!choice.new_words) return;
    fit_options.thaw_rows = words_with_vector(data.vocabulary, vectors_);
    if (fit_options.thaw_rows.empty()) fit_options.thaw_after = 0;  // nothing to freeze
  }

  std::string run_name(const RunGroup& group, std::size_t fold, std::uint64_t seed) const {
    std::string name = fmt::format("{}, seed {}", group.embeddings.name, seed);
    if (result_.folds > 1) name += fmt::format(", fold {} of {}", fold + 1, result_.folds);
    return name;
  }

  void keep(const std::string& name, TextClassifier model, const PreparedSplit& data) {
    const std::vector<std::string> labels(corpus_.label_names.begin(),
                                          corpus_.label_names.begin() + corpus_.classes);
    result_.best = ClassifierModel{config_, corpus_.rules,    data.vocabulary,
                                   labels,  std::move(model), data.ngrams};
    result_.best_name = name;
  }

  const Corpus& corpus_;
  const WordVectors& vectors_;
  const ExperimentOptions& options_;
  const RunObserver& observe_;
  ClassifierConfig config_;
  std::vector<double> weights_;
  ExperimentResult result_;
  double best_dev_accuracy_ = 0;
};

}  // namespace

EmbeddingChoice embedding_choice(const std::string& name) {
  if (name == "frozen") return {name, true, true, 0};
  if (name == "finetune") return {name, true, false, 0};
  if (name == "random") return {name, false, false, 0};
  if (name == "newwords") return {name, true, false, 0, true};
  if (const Index epochs = epochs_after("thaw:", name)) return {name, true, false, epochs};
  if (const Index epochs = epochs_after("newwords:", name)) {
    return {name, true, false, epochs, true};
  }
  throw std::invalid_argument(
      "embeddings: \"" + name +
      "\" is not one of frozen, finetune, random, thaw:N (N epochs frozen), newwords, newwords:N");
}

Spread RunGroup::dev_accuracy() const {
  return spread_over_folds(runs, [](const Run& run) { return run.fit.best_dev_accuracy; });
}
Spread RunGroup::test_accuracy() const {
  return spread_over_folds(runs, [](const Run& run) { return run.test.accuracy; });
}
Spread RunGroup::test_macro_f1() const {
  return spread_over_folds(runs, [](const Run& run) { return run.test.macro_f1; });
}

void check(const ExperimentOptions& options) {
  if (options.embeddings.empty()) throw std::invalid_argument("embeddings: none are given");
  const auto& name = options.optimizer;
  if (std::find(optimizers.begin(), optimizers.end(), name) == optimizers.end()) {
    unknown_optimizer(name);
  }
  if (options.seeds < 1) {
    throw std::invalid_argument(fmt::format("seeds: {} is below 1", options.seeds));
  }
  if (!(options.nb_smoothing > 0)) {
    throw std::invalid_argument(
        fmt::format("nb-smoothing: {} is not positive", options.nb_smoothing));
  }
  ClassifierConfig config = options.classifier;
  config.classes = 2;
  config.ngrams = options.vocabulary.ngrams;
  check_classifier(config);
}

double learning_rate(const std::string& optimizer, const EmbeddingChoice& embeddings) {
  const double adam = embeddings.frozen ? 1e-2 : 3e-3;
  if (optimizer == "sgd") return 100 * adam;
  return optimizer == "adagrad" ? 10 * adam : adam;
}

std::unique_ptr<Optimizer> make_optimizer(const std::string& name, const TextClassifier& model,
                                          double lr, double weight_decay, RowPolicy row_policy) {
  const auto make = [&](auto options) -> std::unique_ptr<Optimizer> {
    options.lr = lr;
    options.weight_decay = weight_decay;
    options.row_policy = row_policy;
    return std::make_unique<OptimizerWith<decltype(options)>>(model, options);
  };
  if (name == "adam") return make(AdamOptions{});
  if (name == "adamw") return make(AdamWOptions{});
  if (name == "sgd") return make(SGDOptions{});
  if (name == "adagrad") return make(AdagradOptions{});
  if (name == "rmsprop") return make(RMSpropOptions{});
  unknown_optimizer(name);
}

ExperimentResult run_experiment(const Corpus& corpus, const WordVectors& vectors,
                                const ExperimentOptions& options, const RunObserver& observe) {
  return Experiment(corpus, vectors, options, observe).run();
}

}  // namespace tapegrad
