#include <tapegrad/training/experiment.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>
#include <tapegrad/core/memory.hpp>
#include <tapegrad/training/class_weights.hpp>
#include <tapegrad/training/experiment_model.hpp>

namespace tapegrad {
namespace {

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
    result_.width = table_width(vectors_, options_);
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
  void check_all() const {
    check(options_);
    check_classifier(config_);
    for (const auto& choice : options_.embeddings) {
      if (choice.pretrained && vectors_.words.empty()) {
        throw std::invalid_argument(fmt::format(
            "embeddings: {} needs word vectors, and none of the words has one", choice.name));
      }
    }
  }

  void run_split(std::size_t fold, const Split& split) {
    const PreparedSplit data = prepare(corpus_, split, vectors_, options_.vocabulary);
    check_memory("training", static_cast<std::size_t>(table_rows(data)),
                 static_cast<std::size_t>(result_.width), copies_of_table());
    if (fold == 0) describe(data);
    for (RunGroup& group : result_.groups) {
      for (Index k = 0; k < options_.seeds && !result_.cancelled; ++k) {
        run_once(group, fold, options_.seed + static_cast<std::uint64_t>(k), split, data);
      }
    }
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

  void run_once(RunGroup& group, std::size_t fold, std::uint64_t seed, const Split& split,
                const PreparedSplit& data) {
    const std::string name = run_name(group, fold, seed);
    if (observe_) observe_(group.embeddings, name);
    TextClassifier model = start_model(config_, group.embeddings, data, vectors_, options_, seed);
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

ExperimentResult run_experiment(const Corpus& corpus, const WordVectors& vectors,
                                const ExperimentOptions& options, const RunObserver& observe) {
  return Experiment(corpus, vectors, options, observe).run();
}

}  // namespace tapegrad
