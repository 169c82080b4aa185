#include <tapegrad/training/epochs.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// The values of parameters, to go back to.
class Snapshot {
 public:
  void take(const std::vector<NamedParameter>& parameters) {
    values_.clear();
    for (const auto& [name, p] : parameters) values_.push_back(p.value());
  }
  void restore(std::vector<NamedParameter> parameters) {
    if (values_.empty()) return;
    std::size_t i = 0;
    for (auto& named : parameters) named.parameter.assign(std::move(values_[i++]));
    values_.clear();
  }

 private:
  std::vector<Array> values_;
};

// Running means over an epoch.
struct Totals {
  std::size_t items = 0;
  std::size_t hits = 0;
  double loss = 0;

  void add(const StepResult& step) {
    items += step.items;
    hits += step.hits;
    loss += step.loss * static_cast<double>(step.items);
  }
  double mean_loss() const { return loss / static_cast<double>(std::max<std::size_t>(1, items)); }
  double accuracy() const {
    return static_cast<double>(hits) / static_cast<double>(std::max<std::size_t>(1, items));
  }
};

class EpochLoop {
 public:
  EpochLoop(EpochTask& task, const EpochOptions& options) : task_(task), options_(options) {}

  EpochsResult run() {
    for (epoch_ = 1; epoch_ <= options_.epochs && !result_.cancelled; ++epoch_) {
      const bool complete = train_epoch();
      if (complete || result_.epochs.empty()) finish_epoch();
      if (out_of_patience()) break;
    }
    best_.restore(task_.parameters());
    return std::move(result_);
  }

 private:
  // False when it was cancelled before its last batch.
  bool train_epoch() {
    const auto batches = task_.batches(epoch_);
    totals_ = {};
    const auto start = Clock::now();
    std::size_t done = 0;
    while (done < batches.size() && !result_.cancelled) {
      const std::vector<Index>& examples = batches[done++];
      totals_.add(task_.train_batch(examples, {epoch_, step_++}));
      result_.examples += examples.size();
      report(done, batches.size(), result_.seconds + seconds_since(start));
      result_.cancelled = options_.cancelled && options_.cancelled();
    }
    result_.seconds += seconds_since(start);
    return done == batches.size();
  }

  void finish_epoch() {
    const DevScore score = task_.evaluate();
    result_.epochs.push_back({totals_.mean_loss(), totals_.accuracy(), score.accuracy});
    if (result_.best_epoch == 0 || better(score)) {
      result_.best_epoch = epoch_;
      result_.best_dev_accuracy = score.accuracy;
      best_loss_ = score.loss;
      best_.take(task_.parameters());
    }
    last_.dev_accuracy = score.accuracy;
    if (options_.progress) options_.progress(last_);
  }

  bool better(const DevScore& score) const {
    if (score.accuracy != result_.best_dev_accuracy) {
      return score.accuracy > result_.best_dev_accuracy;
    }
    return score.loss < best_loss_;
  }

  bool out_of_patience() const {
    return options_.patience > 0 && epoch_ - result_.best_epoch >= options_.patience;
  }

  void report(std::size_t batch, std::size_t batches, double seconds) {
    const double speed = static_cast<double>(result_.examples) / std::max(seconds, 1e-9);
    const double all = static_cast<double>(options_.epochs) * static_cast<double>(task_.examples());
    last_ = {epoch_,
             options_.epochs,
             batch,
             batches,
             totals_.mean_loss(),
             totals_.accuracy(),
             speed,
             (all - static_cast<double>(result_.examples)) / speed};
    if (options_.progress) options_.progress(last_);
  }

  EpochTask& task_;
  const EpochOptions& options_;
  EpochsResult result_;
  Snapshot best_;
  double best_loss_ = 0;
  Totals totals_;
  Progress last_;
  Index epoch_ = 0;
  std::uint64_t step_ = 0;
};

}  // namespace

EpochsResult run_epochs(EpochTask& task, const EpochOptions& options) {
  return EpochLoop(task, options).run();
}

void check_finite(Real loss, const StepNumber& number, double lr) {
  if (std::isfinite(loss)) return;
  throw std::runtime_error(
      fmt::format("training diverged: the loss is {} in epoch {} at step {}, with learning rate "
                  "{}; a smaller one may help",
                  loss, number.epoch, number.step + 1, lr));
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
