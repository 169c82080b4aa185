#include <tapegrad/training/fit.hpp>

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <tapegrad/optim/clip.hpp>
#include <tapegrad/optim/schedules.hpp>
#include <tapegrad/training/divergence.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

double padding_norm(const Parameter& table) {
  const std::size_t width = table.shape()[1];
  const Real* row = table.value().data() + static_cast<std::size_t>(Vocabulary::pad) * width;
  double squares = 0;
  for (std::size_t d = 0; d < width; ++d) squares += static_cast<double>(row[d] * row[d]);
  return std::sqrt(squares);
}

// Puts a table's freezing back as it was, whatever happens.
class KeepFrozen {
 public:
  explicit KeepFrozen(Parameter table)
      : table_(std::move(table)), frozen_(table_.frozen()), rows_(table_.frozen_rows()) {}
  ~KeepFrozen() {
    table_.set_frozen(frozen_);
    table_.set_frozen_rows(std::move(rows_));
  }
  KeepFrozen(const KeepFrozen&) = delete;
  KeepFrozen& operator=(const KeepFrozen&) = delete;

 private:
  Parameter table_;
  bool frozen_;
  std::vector<Index> rows_;
};

// The same with the factor of an optimizer's learning rates.
class KeepFactor {
 public:
  explicit KeepFactor(Optimizer& optimizer)
      : optimizer_(optimizer), factor_(optimizer.lr_factor()) {}
  ~KeepFactor() { optimizer_.set_lr_factor(factor_); }
  KeepFactor(const KeepFactor&) = delete;
  KeepFactor& operator=(const KeepFactor&) = delete;

 private:
  Optimizer& optimizer_;
  double factor_;
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

class Fitting final : public EpochTask {
 public:
  Fitting(TextClassifier& model, Optimizer& optimizer, const LabelledTexts& train,
          const LabelledTexts& dev, const FitOptions& options)
      : model_(model), optimizer_(optimizer), train_(train), dev_(dev), options_(options) {}

  FitResult run() {
    const KeepFrozen keep(model_.table());
    const KeepFactor keep_factor(optimizer_);
    padding_.norm_before = padding_norm(model_.table());
    if (options_.observer != nullptr) options_.observer->fit_begins(model_);
    FitResult result{run_epochs(*this, options_), {}};
    padding_.norm_after = padding_norm(model_.table());
    result.padding = padding_;
    if (options_.observer != nullptr) options_.observer->fit_ends(model_, result);
    return result;
  }

  std::size_t examples() const override { return train_.labels.size(); }

  std::vector<std::vector<Index>> batches(Index epoch) override {
    epoch_ = epoch;
    if (options_.thaw_after > 0) thaw_or_freeze(epoch <= options_.thaw_after);
    BatchPlan plan = shuffled_batches(train_.texts, options_.batch_size, options_.seed,
                                      static_cast<std::uint64_t>(epoch));
    decay_ = {.warmup_steps = 0,
              .total_steps = options_.epochs * static_cast<Index>(plan.batches.size())};
    return std::move(plan.batches);
  }

  StepResult train_batch(const std::vector<Index>& examples, const StepNumber& number) override {
    const ProfileSpan span("step", Phase::other);
    if (options_.lr_decay) optimizer_.set_lr_factor(decay_(static_cast<Index>(number.step)));
    const IndexArray labels = batch_labels(train_.labels, examples);
    Tensor logits;
    const auto forward = [&] {
      const Context context{.training = true, .seed = options_.seed, .step = number.step};
      logits = model_(train_.texts, examples, context, options_.word_dropout);
      return cross_entropy(logits, labels, {.class_weights = options_.class_weights});
    };
    Tape tape;
    const Tensor loss = forward();
    Gradients gradients = finite_gradients(tape, loss, optimizer_.parameters(), forward);
    observe(number.step, gradients[model_.table()]);
    if (options_.clip_norm != 0) {
      clip_grad_norm(optimizer_.parameters(), gradients, options_.clip_norm);
    }
    optimizer_.step(gradients);
    return {static_cast<double>(loss.item()), examples.size(), count_hits(logits.value(), labels)};
  }

  DevScore evaluate() override {
    const Predictions said = predict(model_, dev_.texts);
    if (options_.observer != nullptr) options_.observer->epoch_ends(epoch_, model_, said);
    return {.accuracy = measure(dev_.labels, said.labels).accuracy};
  }

  std::vector<NamedParameter> parameters() const override { return tapegrad::parameters(model_); }
  Optimizer& optimizer() override { return optimizer_; }

  Identity identity() const override {
    const auto number = [](auto value) { return fmt::format("{}", value); };
    Digest thawed;
    thawed.add(options_.thaw_rows);
    return {{"epochs", number(options_.epochs)},
            {"patience", number(options_.patience)},
            {"batch", number(options_.batch_size)},
            {"seed", number(options_.seed)},
            {"word-dropout", number(options_.word_dropout)},
            {"lr-decay", number(options_.lr_decay)},
            {"clip-norm", number(options_.clip_norm)},
            {"class weights", fmt::format("{}", fmt::join(options_.class_weights, ","))},
            {"thaw after", number(options_.thaw_after)},
            {"thawed rows", thawed.text()},
            {"optimizer", optimizer_.name()},
            {"train", identity_of(train_.texts, train_.labels)},
            {"dev", identity_of(dev_.texts, dev_.labels)}};
  }

  std::vector<std::uint64_t> counts() const override {
    return {padding_.steps, padding_.rows, padding_.padding_steps};
  }
  void set_counts(const std::vector<std::uint64_t>& counts) override {
    padding_.steps = counts[0];
    padding_.rows = counts[1];
    padding_.padding_steps = counts[2];
  }

 private:
  void thaw_or_freeze(bool frozen) {
    Parameter table = model_.table();
    if (options_.thaw_rows.empty()) {
      table.set_frozen(frozen);
    } else if (frozen) {
      freeze_rows(table, options_.thaw_rows);
    } else {
      unfreeze_rows(table, options_.thaw_rows);
    }
  }

  void observe(std::uint64_t step, const Gradient& table_gradient) {
    if (options_.observer != nullptr) options_.observer->step(step, table_gradient);
    if (!table_gradient.is_rows()) return;
    const std::vector<Index>& rows = table_gradient.rows().rows;
    ++padding_.steps;
    padding_.rows += rows.size();
    if (std::binary_search(rows.begin(), rows.end(), Vocabulary::pad)) ++padding_.padding_steps;
  }

  TextClassifier& model_;
  Optimizer& optimizer_;
  const LabelledTexts& train_;
  const LabelledTexts& dev_;
  const FitOptions& options_;
  Index epoch_ = 0;
  LinearWarmupDecay decay_{};
  PaddingProof padding_;
};

}  // namespace

FitResult fit(TextClassifier& model, Optimizer& optimizer, const LabelledTexts& train,
              const LabelledTexts& dev, const FitOptions& options) {
  return Fitting(model, optimizer, train, dev, options).run();
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
