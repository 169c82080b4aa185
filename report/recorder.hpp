// Looks on at an experiment, and keeps what a report shows of it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tapegrad/report/record.hpp>
#include <tapegrad/training/experiment.hpp>
#include <utility>
#include <vector>

namespace tapegrad {

/// How much of a training is kept.
struct ReportOptions {
  std::vector<std::string> words = {};  // whose neighbours are shown too
  std::size_t most_words = 5000;        // on the map: the most frequent ones
  std::size_t most_moved = 40;          // words that moved most, with their neighbours
  Index neighbours = 10;                // of each of them
  std::size_t mistakes = 30;            // most certain ones
  std::size_t right = 10;               // likewise
  std::size_t most_tokens = 2000;       // of each of these texts: the first ones
  RecorderLimits limits = {};
};

/// Records the first training of each way to use embeddings, and of all others their loss on dev.
/// Changes no bit of them. What was trained before a resume is not recorded.
///
///   ReportRecorder recorder(corpus, vectors, options);
///   options.observer = &recorder;
///   const ExperimentResult result = run_experiment(corpus, vectors, options);
///   write_report("run.html", {"A run"}, corpus, options, result, recorder);
class ReportRecorder final : public ExperimentObserver {
 public:
  /// All three are used until the experiment has ended.
  ReportRecorder(const Corpus& corpus, const WordVectors& vectors,
                 const ExperimentOptions& experiment, ReportOptions options = {});
  ~ReportRecorder() override;

  FitObserver* training_begins(const TrainingView& training) override;
  void training_ends(const TrainingView& training, const ClassifierModel& model, const Run& run,
                     const Predictions& test) override;

  /// What was recorded of the first training of these embeddings; nullptr if it was not.
  const TrainingRecord* record(std::size_t way) const;
  /// The mean of -log p(label) over the dev texts whose label is a class, at the end of an epoch of
  /// a training (RunGroup::runs); NaN if it was not recorded. A p below the smallest normal Real
  /// counts as that.
  double dev_loss(std::size_t way, std::size_t run, Index epoch) const;

 private:
  class Watcher;

  const Corpus& corpus_;
  const WordVectors& vectors_;
  const ExperimentOptions& experiment_;
  ReportOptions options_;
  std::unique_ptr<Watcher> watcher_;  // of the training that runs
  std::map<std::size_t, TrainingRecord> records_;
  std::map<std::pair<std::size_t, std::size_t>, std::map<Index, double>> dev_losses_;
};

}  // namespace tapegrad
