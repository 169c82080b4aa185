// The training of our classifier with the library's loop.
#pragma once

#include <cstdint>
#include <tapegrad/tapegrad.hpp>
#include <vector>

#include "classifier.hpp"

namespace custom {

/// The share of the texts that the model gives their own label.
double accuracy(const Classifier& model, const tg::LabelledTexts& texts);

/// What tg::run_epochs asks of a training. It brings the rest: the best epoch is kept, training can
/// be stopped and followed, and a loss that is no longer finite is an error that names the
/// operation to blame.
class Training final : public tg::EpochTask {
 public:
  Training(Classifier& model, tg::Optimizer& optimizer, const tg::PreparedSplit& data,
           std::uint64_t seed)
      : model_(model), optimizer_(optimizer), data_(data), seed_(seed) {}

  std::size_t examples() const override { return data_.train.labels.size(); }
  std::vector<std::vector<tg::Index>> batches(tg::Index epoch) override;
  tg::StepResult train_batch(const std::vector<tg::Index>& examples,
                             const tg::StepNumber& number) override;
  tg::DevScore evaluate() override { return {.accuracy = accuracy(model_, data_.dev)}; }
  std::vector<tg::NamedParameter> parameters() const override { return tg::parameters(model_); }
  tg::Optimizer& optimizer() override { return optimizer_; }
  tg::Identity identity() const override;

 private:
  Classifier& model_;
  tg::Optimizer& optimizer_;
  const tg::PreparedSplit& data_;
  std::uint64_t seed_;
};

}  // namespace custom
