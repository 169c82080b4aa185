#include <tapegrad/report/recorder.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <tapegrad/report/make_record.hpp>

namespace tapegrad {
namespace {

// A probability that underflowed has a loss too. Smaller numbers than the smallest normal one are 0
// while denormal numbers are flushed.
double loss_of(Real probability) {
  return -std::log(static_cast<double>(std::max(probability, std::numeric_limits<Real>::min())));
}

double mean_loss(const Predictions& said, const std::vector<Index>& labels) {
  const auto classes = static_cast<Index>(said.probabilities.shape()[1]);
  double sum = 0;
  std::size_t items = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] >= classes) continue;  // a label that train does not have
    sum += loss_of(said.probabilities(i, static_cast<std::size_t>(labels[i])));
    ++items;
  }
  return sum / static_cast<double>(items);
}

}  // namespace

// Looks on at one training: its loss on dev, and its table if that is wanted.
class ReportRecorder::Watcher final : public FitObserver {
 public:
  explicit Watcher(const std::vector<Index>& dev_labels) : dev_labels_(dev_labels) {}

  void fit_begins(const TextClassifier& model) override {
    if (table) table->fit_begins(model);
  }
  void step(std::uint64_t step, const Gradient& gradient) override {
    if (table) table->step(step, gradient);
  }
  void epoch_ends(Index epoch, const TextClassifier& model, const Predictions& dev) override {
    dev_losses[epoch] = mean_loss(dev, dev_labels_);
    if (table) table->epoch_ends(epoch, model, dev);
  }
  void fit_ends(const TextClassifier& model, const FitResult& result) override {
    if (table) table->fit_ends(model, result);
  }

  std::optional<TableRecorder> table;
  std::map<Index, double> dev_losses;

 private:
  const std::vector<Index>& dev_labels_;
};

ReportRecorder::ReportRecorder(const Corpus& corpus, const WordVectors& vectors,
                               const ExperimentOptions& experiment, ReportOptions options)
    : corpus_(corpus), vectors_(vectors), experiment_(experiment), options_(std::move(options)) {}

ReportRecorder::~ReportRecorder() = default;

FitObserver* ReportRecorder::training_begins(const TrainingView& training) {
  watcher_ = std::make_unique<Watcher>(training.data.dev.labels);
  if (training.run == 0) {
    const auto known = static_cast<std::size_t>(training.data.vocabulary.size() - first_word);
    std::vector<Index> words(std::min(known, options_.most_words));
    std::iota(words.begin(), words.end(), first_word);
    watcher_->table.emplace(std::move(words), options_.limits);
  }
  return watcher_.get();
}

void ReportRecorder::training_ends(const TrainingView& training, const ClassifierModel& model,
                                   const Run& run, const Predictions& test) {
  dev_losses_[{training.way, training.run}] = watcher_->dev_losses;
  if (watcher_->table) {
    const RecordSource source{corpus_, vectors_, experiment_, training, model, run, test};
    records_[training.way] = make_record(source, watcher_->table->recording(), options_);
  }
  watcher_.reset();
}

const TrainingRecord* ReportRecorder::record(std::size_t way) const {
  const auto found = records_.find(way);
  return found == records_.end() ? nullptr : &found->second;
}

double ReportRecorder::dev_loss(std::size_t way, std::size_t run, Index epoch) const {
  const auto losses = dev_losses_.find({way, run});
  if (losses != dev_losses_.end()) {
    const auto loss = losses->second.find(epoch);
    if (loss != losses->second.end()) return loss->second;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace tapegrad
