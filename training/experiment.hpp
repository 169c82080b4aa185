// The comparison: one classifier trained with frozen, fine-tuned and random embeddings, for several
// seeds or folds.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tapegrad/training/model_folder.hpp>
#include <tapegrad/training/splits.hpp>
#include <vector>

namespace tapegrad {

/// How the embeddings start and whether they are trained.
struct EmbeddingChoice {
  std::string name;  // "frozen", "finetune", "random", "thaw:N", "newwords" or "newwords:N"
  bool pretrained = true;
  bool frozen = false;   // for all epochs
  Index thaw_after = 0;  // frozen up to the end of this epoch
  /// Frozen are the words that have a pretrained vector alone: up to then, or without thaw_after
  /// for all epochs.
  bool new_words = false;
};
/// Throws std::invalid_argument for a name that is none of these.
EmbeddingChoice embedding_choice(const std::string& name);

class ExperimentObserver;

/// What is compared, and how it is trained.
struct ExperimentOptions {
  std::vector<EmbeddingChoice> embeddings;
  Index seeds = 3;  // runs with seed, seed + 1, ...
  std::uint64_t seed = 1;
  Index folds = 10;                  // of the cross-validation, without a test file
  ClassifierConfig classifier = {};  // classes is taken from the data
  std::optional<Index> width = {};   // of a random table; default: that of the vectors, else 100
  Missing missing = Missing::normal;
  VocabularyChoice vocabulary = {};
  std::string optimizer = "adam";  // "adam", "adamw", "sgd", "adagrad" or "rmsprop"
  std::optional<double> lr = {};   // default: by optimizer and embeddings, see learning_rate
  double weight_decay = 0.0;
  RowPolicy row_policy = RowPolicy::exact;
  double nb_smoothing = 10;       // of classifier.nb_weights; Wang and Manning have 1
  double random_deviation = 0.1;  // of the values of a random table
  std::string class_weights;      // "", "balanced" or "LABEL=WEIGHT,..."
  FitOptions fit = {};  // seed, thaw_after, class_weights and observer are set for each run
  ExperimentObserver* observer = nullptr;  // if given, looks on
};

/// One training: one choice of embeddings, one seed, one split.
struct Run {
  std::uint64_t seed = 0;
  std::size_t fold = 0;
  FitResult fit;
  Metrics test;
};

/// All trainings of one choice of embeddings.
struct RunGroup {
  EmbeddingChoice embeddings;
  double lr = 0;
  ValueCount values;  // of the first run; thawed values count as trainable
  std::vector<Run> runs;

  /// Mean and deviation over seeds; with several folds, over folds (of the mean over seeds).
  Spread dev_accuracy() const;
  Spread test_accuracy() const;
  Spread test_macro_f1() const;
};

/// The test texts under the best model: which (numbers in the corpus), their labels, what it says.
struct TestPredictions {
  std::vector<Index> texts;
  std::vector<Index> labels;
  Predictions predictions;
};

/// What run_experiment found, one group for each choice of embeddings.
struct ExperimentResult {
  std::vector<RunGroup> groups;
  Index vocabulary_size = 0;  // of the first split
  Index ngrams = 0;           // likewise, rows of the table behind those of the vocabulary
  Coverage coverage;          // likewise
  Index texts_cut = 0;        // likewise, over train, dev and test
  Index width = 0;
  std::size_t folds = 1;
  /// The run with the best dev accuracy, the first of equals, and what it says of its test texts.
  /// None if no epoch was finished.
  std::optional<ClassifierModel> best;
  std::string best_name;  // e.g. "finetune, seed 2"
  TestPredictions best_predictions;
  bool cancelled = false;
  std::string diverged;  // empty, or where a training diverged; `best` may be its best epoch
};

/// One training of an experiment, for who looks on at it.
struct TrainingView {
  const EmbeddingChoice& embeddings;
  std::size_t way = 0;  // place of the embeddings in ExperimentOptions::embeddings
  std::size_t run = 0;  // its number in RunGroup::runs
  std::uint64_t seed = 0;
  std::size_t fold = 0;
  const Split& split;  // texts of the corpus
  const PreparedSplit& data;
};

/// Looks on at the trainings of an experiment, but for those that were finished before a resume.
/// What it is given can be read during the call alone.
class ExperimentObserver {
 public:
  virtual ~ExperimentObserver() = default;
  ExperimentObserver(const ExperimentObserver&) = delete;
  ExperimentObserver& operator=(const ExperimentObserver&) = delete;

  /// A training begins. Returns who looks on at it, until it ends; nullptr: nobody.
  virtual FitObserver* training_begins(const TrainingView& training) = 0;
  /// It has ended: its model, as it was at the end of the best epoch, its figures, and what the
  /// model says of the test texts. Not called if it diverged.
  virtual void training_ends(const TrainingView& training, const ClassifierModel& model,
                             const Run& run, const Predictions& test) = 0;

 protected:
  ExperimentObserver() = default;
};

/// Called before each run: its embeddings and name ("finetune, seed 2, fold 3 of 10").
using RunObserver = std::function<void(const EmbeddingChoice&, const std::string& name)>;

/// Throws std::invalid_argument for options that do not fit each other, as far as that can be told
/// without data.
void check(const ExperimentOptions& options);

/// The learning rate used when none is given.
double learning_rate(const std::string& optimizer, const EmbeddingChoice& embeddings);
/// Throws std::invalid_argument for an unknown name.
std::unique_ptr<Optimizer> make_optimizer(const std::string& name, const TextClassifier& model,
                                          double lr, double weight_decay, RowPolicy row_policy);

/// Runs every choice with every seed on every split. `vectors` may be empty (no width) if all
/// choices are random. When options.fit.cancelled says so, or a training diverges, returns what
/// there is, without a training that has no finished epoch. With options.fit.checkpoints it goes on
/// from the training that a checkpoint stands in; those before are not run again, and the result is
/// that of a process that was never stopped, but for seconds. std::invalid_argument for options
/// that do not fit each other or the data, or for the checkpoint of another experiment;
/// std::runtime_error when a table does not fit in memory.
ExperimentResult run_experiment(const Corpus& corpus, const WordVectors& vectors,
                                const ExperimentOptions& options, const RunObserver& observe = {});

}  // namespace tapegrad
