#include <tapegrad/training/fit.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <tapegrad/optim/clip.hpp>
#include <tapegrad/optim/schedules.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double padding_norm(const Parameter& table) {
  const std::size_t width = table.shape()[1];
  const Real* row = table.value().data() + static_cast<std::size_t>(Vocabulary::pad) * width;
  double squares = 0;
  for (std::size_t d = 0; d < width; ++d) squares += static_cast<double>(row[d] * row[d]);
  return std::sqrt(squares);
}

// The values of a model's parameters, to go back to.
class Snapshot {
 public:
  void take(const TextClassifier& model) {
    values_.clear();
    for (const auto& [name, p] : parameters(model)) values_.push_back(p.value());
  }
  void restore(TextClassifier& model) {
    if (values_.empty()) return;
    std::size_t i = 0;
    for (auto& named : parameters(model)) named.parameter.assign(std::move(values_[i++]));
    values_.clear();
  }

 private:
  std::vector<Array> values_;
};

// Puts a table's freezing back as it was, whatever happens.
class KeepFrozen {
 public:
  explicit KeepFrozen(Parameter table) : table_(std::move(table)), frozen_(table_.frozen()) {}
  ~KeepFrozen() { table_.set_frozen(frozen_); }
  KeepFrozen(const KeepFrozen&) = delete;
  KeepFrozen& operator=(const KeepFrozen&) = delete;

 private:
  Parameter table_;
  bool frozen_;
};

// Running means over an epoch.
struct Totals {
  std::size_t examples = 0;
  std::size_t hits = 0;
  double loss = 0;

  double mean_loss() const {
    return loss / static_cast<double>(std::max<std::size_t>(1, examples));
  }
  double accuracy() const {
    return static_cast<double>(hits) / static_cast<double>(std::max<std::size_t>(1, examples));
  }
};

std::size_t count_hits(const Array& logits, const IndexArray& labels) {
  const std::size_t classes = logits.shape()[1];
  std::size_t hits = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const Real* row = logits.data() + i * classes;
    if (std::max_element(row, row + classes) - row == labels.data()[i]) ++hits;
  }
  return hits;
}

class Fitting {
 public:
  Fitting(TextClassifier& model, Optimizer& optimizer, const LabelledTexts& train,
          const LabelledTexts& dev, const FitOptions& options)
      : model_(model),
        optimizer_(optimizer),
        train_(train),
        dev_(dev),
        options_(options),
        lr_factor_(optimizer.lr_factor()) {
    result_.padding.norm_before = padding_norm(model.table());
  }

  FitResult run() {
    const KeepFrozen keep(model_.table());
    for (epoch_ = 1; epoch_ <= options_.epochs && !result_.cancelled; ++epoch_) {
      if (options_.thaw_after > 0) thaw_or_freeze();
      const bool complete = train_epoch();
      if (complete || result_.epochs.empty()) finish_epoch();
      if (out_of_patience()) break;
    }
    optimizer_.set_lr_factor(lr_factor_);
    best_.restore(model_);
    result_.padding.norm_after = padding_norm(model_.table());
    return std::move(result_);
  }

 private:
  void thaw_or_freeze() { Parameter(model_.table()).set_frozen(epoch_ <= options_.thaw_after); }

  // False when it was cancelled before its last batch.
  bool train_epoch() {
    const BatchPlan plan = shuffled_batches(train_.texts, options_.batch_size, options_.seed,
                                            static_cast<std::uint64_t>(epoch_));
    totals_ = {};
    const auto start = Clock::now();
    std::size_t done = 0;
    const LinearWarmupDecay decay{
        .warmup_steps = 0,
        .total_steps = options_.epochs * static_cast<Index>(plan.batches.size())};
    while (done < plan.batches.size() && !result_.cancelled) {
      if (options_.lr_decay) optimizer_.set_lr_factor(decay(static_cast<Index>(step_)));
      train_batch(plan.batches[done++]);
      report(done, plan.batches.size(), result_.seconds + seconds_since(start));
      result_.cancelled = options_.cancelled && options_.cancelled();
    }
    result_.seconds += seconds_since(start);
    return done == plan.batches.size();
  }

  void train_batch(const std::vector<Index>& examples) {
    const ProfileSpan span("step", Phase::other);
    const Context context{.training = true, .seed = options_.seed, .step = step_++};
    const IndexArray labels = batch_labels(train_.labels, examples);
    Tape tape;
    const Tensor logits = model_(train_.texts, examples, context, options_.word_dropout);
    const Tensor loss = cross_entropy(logits, labels, {.class_weights = options_.class_weights});
    check_finite(loss.item());
    Gradients gradients = tape.backward(loss);
    observe(gradients[model_.table()]);
    if (options_.clip_norm != 0) {
      clip_grad_norm(optimizer_.parameters(), gradients, options_.clip_norm);
    }
    optimizer_.step(gradients);
    totals_.examples += examples.size();
    totals_.hits += count_hits(logits.value(), labels);
    totals_.loss += static_cast<double>(loss.item()) * static_cast<double>(examples.size());
    result_.examples += examples.size();
  }

  void check_finite(Real loss) const {
    if (std::isfinite(loss)) return;
    throw std::runtime_error(
        fmt::format("training diverged: the loss is {} in epoch {} at step {}, with learning rate "
                    "{}; a smaller one may help",
                    loss, epoch_, step_, optimizer_.lr()));
  }

  void observe(const Gradient& table_gradient) {
    if (!table_gradient.is_rows()) return;
    const std::vector<Index>& rows = table_gradient.rows().rows;
    ++result_.padding.steps;
    result_.padding.rows += rows.size();
    if (std::binary_search(rows.begin(), rows.end(), Vocabulary::pad)) {
      ++result_.padding.padding_steps;
    }
  }

  void finish_epoch() {
    optimizer_.settle();
    const double dev_accuracy = measure(dev_.labels, predict(model_, dev_.texts).labels).accuracy;
    result_.epochs.push_back({totals_.mean_loss(), totals_.accuracy(), dev_accuracy});
    if (result_.best_epoch == 0 || dev_accuracy > result_.best_dev_accuracy) {
      result_.best_epoch = epoch_;
      result_.best_dev_accuracy = dev_accuracy;
      best_.take(model_);
    }
    last_.dev_accuracy = dev_accuracy;
    if (options_.progress) options_.progress(last_);
  }

  bool out_of_patience() const {
    return options_.patience > 0 && epoch_ - result_.best_epoch >= options_.patience;
  }

  void report(std::size_t batch, std::size_t batches, double seconds) {
    const double speed = static_cast<double>(result_.examples) / std::max(seconds, 1e-9);
    const double all =
        static_cast<double>(options_.epochs) * static_cast<double>(train_.labels.size());
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

  TextClassifier& model_;
  Optimizer& optimizer_;
  const LabelledTexts& train_;
  const LabelledTexts& dev_;
  const FitOptions& options_;
  double lr_factor_;  // at the beginning
  FitResult result_;
  Snapshot best_;
  Totals totals_;
  Progress last_;
  Index epoch_ = 0;
  std::uint64_t step_ = 0;
};

}  // namespace

FitResult fit(TextClassifier& model, Optimizer& optimizer, const LabelledTexts& train,
              const LabelledTexts& dev, const FitOptions& options) {
  return Fitting(model, optimizer, train, dev, options).run();
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
