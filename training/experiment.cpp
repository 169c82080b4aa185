#include <tapegrad/training/experiment.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/memory.hpp>
#include <tapegrad/training/class_weights.hpp>
#include <tapegrad/training/experiment_model.hpp>
#include <tapegrad/training/experiment_state.hpp>
#include <utility>

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
    if (checkpoints() != nullptr) resume(splits.size());
    for (std::size_t fold = 0; fold < splits.size() && !stopped(); ++fold) {
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
      if (choice.pretrained && table_width(vectors_, options_) != vectors_.width()) {
        throw std::invalid_argument(
            fmt::format("dim: {} is not the width of the word vectors, {}, with which {} begins; "
                        "random embeddings alone can have another",
                        *options_.width, vectors_.width(), choice.name));
      }
    }
  }

  Checkpoints* checkpoints() const { return options_.fit.checkpoints; }
  bool stopped() const { return result_.cancelled || !result_.diverged.empty(); }
  std::size_t trainings_of_split() const {
    return options_.embeddings.size() * static_cast<std::size_t>(options_.seeds);
  }

  void resume(std::size_t folds) {
    identity_ = identity_of(corpus_, vectors_, options_);
    const CheckpointFile* file = checkpoints()->resumed();
    if (file == nullptr) return;
    state_ = read_runs(*file, &identity_, options_.fit.epochs);
    const std::size_t all = folds * trainings_of_split();
    if (state_.runs.size() < all) return;
    throw FormatError(file->path(), 0,
                      fmt::format("experiment: {} trainings are finished and one is not, but there "
                                  "are {} in all",
                                  state_.runs.size(), all));
  }

  void run_split(std::size_t fold, const Split& split) {
    std::optional<PreparedSplit> data;
    if (fold == 0 || is_needed()) {
      data = prepare(corpus_, split, vectors_, options_.vocabulary);
      check_memory("training", static_cast<std::size_t>(table_rows(*data)),
                   static_cast<std::size_t>(result_.width), copies_of_table());
    }
    if (fold == 0) describe(*data);
    for (RunGroup& group : result_.groups) {
      for (Index k = 0; k < options_.seeds && !stopped(); ++k, ++number_) {
        const std::uint64_t seed = options_.seed + static_cast<std::uint64_t>(k);
        if (number_ < state_.runs.size()) {
          take_over(group, fold, seed, split, data);
        } else {
          run_once(group, fold, seed, split, *data);
        }
      }
    }
  }

  // Whether one of the next split's trainings is to be run, or was the best so far.
  bool is_needed() const {
    const std::size_t end = number_ + trainings_of_split();
    return end > state_.runs.size() || (*state_.best >= number_ && *state_.best < end);
  }

  // A training that was finished when the checkpoint was written.
  void take_over(RunGroup& group, std::size_t fold, std::uint64_t seed, const Split& split,
                 const std::optional<PreparedSplit>& data) {
    const Run& run = state_.runs[number_];
    const CheckpointFile& file = *checkpoints()->resumed();
    if (run.seed != seed || run.fold != fold) {
      throw FormatError(file.path(), 0,
                        fmt::format("experiment.runs[{}]: seed {} and fold {}, expected {} and {}",
                                    number_, run.seed, run.fold, seed, fold));
    }
    if (group.runs.empty()) group.values = state_.values[number_];
    if (number_ == state_.best) {
      TextClassifier model =
          start_model(config_, group.embeddings, *data, vectors_, options_, seed);
      Predictions predictions = read_best(file, model, data->test.labels.size(), config_.classes);
      keep(run_name(group, fold, seed), run.fit, std::move(model), *data, split,
           std::move(predictions));
    }
    group.runs.push_back(run);
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
    const TrainingView view{
        group.embeddings, place_of(group), group.runs.size(), seed, fold, split, data};
    fit_options.observer = nullptr;
    if (options_.observer != nullptr) {
      fit_options.observer = options_.observer->training_begins(view);
    }
    if (checkpoints() != nullptr) save_experiment(*checkpoints(), identity_, state_, result_);
    Run run{seed, fold, {}, {}};
    try {
      run.fit = fit(model, *optimizer, data.train, data.dev, fit_options);
    } catch (const DivergedError& error) {
      result_.diverged = name + ": " + error.what();
      if (error.so_far().best_epoch == 0) return;
      static_cast<EpochsResult&>(run.fit) = error.so_far();
    }
    result_.cancelled = run.fit.cancelled;
    if (result_.cancelled && run.fit.epochs.empty()) return;
    Predictions predictions = predict(model, data.test.texts);
    run.test = measure(data.test.labels, predictions.labels);
    if (options_.observer != nullptr && result_.diverged.empty()) {
      options_.observer->training_ends(view, whole(model, data), run, predictions);
    }
    const bool best = !result_.best || run.fit.best_dev_accuracy > best_dev_accuracy_;
    if (best) keep(name, run.fit, std::move(model), data, split, std::move(predictions));
    if (!result_.diverged.empty()) return;
    group.runs.push_back(run);
    if (best) state_.best = state_.runs.size();
    state_.runs.push_back(std::move(run));
    state_.values.push_back(group.values);
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

  std::size_t place_of(const RunGroup& group) const {
    return static_cast<std::size_t>(&group - result_.groups.data());
  }

  ClassifierModel whole(TextClassifier model, const PreparedSplit& data) const {
    const std::vector<std::string> labels(corpus_.label_names.begin(),
                                          corpus_.label_names.begin() + corpus_.classes);
    return {config_, corpus_.rules, data.vocabulary, labels, std::move(model), data.ngrams};
  }

  void keep(const std::string& name, const FitResult& fit, TextClassifier model,
            const PreparedSplit& data, const Split& split, Predictions predictions) {
    best_dev_accuracy_ = fit.best_dev_accuracy;
    result_.best = whole(std::move(model), data);
    result_.best_name = name;
    result_.best_predictions = {split.test, data.test.labels, std::move(predictions)};
  }

  const Corpus& corpus_;
  const WordVectors& vectors_;
  const ExperimentOptions& options_;
  const RunObserver& observe_;
  ClassifierConfig config_;
  std::vector<double> weights_;
  ExperimentResult result_;
  Identity identity_;       // for checkpoints
  ExperimentState state_;   // the finished trainings, those before a resume among them
  std::size_t number_ = 0;  // of the next training
  double best_dev_accuracy_ = 0;
};

}  // namespace

ExperimentResult run_experiment(const Corpus& corpus, const WordVectors& vectors,
                                const ExperimentOptions& options, const RunObserver& observe) {
  return Experiment(corpus, vectors, options, observe).run();
}

}  // namespace tapegrad
