#include "training.hpp"

#include <algorithm>
#include <string>
#include <tapegrad/training/divergence.hpp>

namespace custom {
namespace {

constexpr tg::Index batch_size = 32;

// How many rows of the logits [B, C] are largest at their label.
std::size_t count_hits(const tg::Array& logits, const tg::IndexArray& labels) {
  const std::size_t classes = logits.shape()[1];
  std::size_t hits = 0;
  for (std::size_t b = 0; b < labels.size(); ++b) {
    const tg::Real* row = logits.data() + b * classes;
    if (std::max_element(row, row + classes) - row == labels.data()[b]) ++hits;
  }
  return hits;
}

}  // namespace

double accuracy(const Classifier& model, const tg::LabelledTexts& texts) {
  std::size_t hits = 0;  // without a tape nothing is recorded
  for (const auto& examples : tg::sequential_batches(texts.texts, 256).batches) {
    const tg::Tensor logits = model(tg::padded_batch(texts.texts, examples).ids, {});
    hits += count_hits(logits.value(), tg::batch_labels(texts.labels, examples));
  }
  return static_cast<double>(hits) / static_cast<double>(texts.labels.size());
}

std::vector<std::vector<tg::Index>> Training::batches(tg::Index epoch) {
  return tg::shuffled_batches(data_.train.texts, batch_size, seed_,
                              static_cast<std::uint64_t>(epoch))
      .batches;
}

tg::StepResult Training::train_batch(const std::vector<tg::Index>& examples,
                                     const tg::StepNumber& number) {
  const tg::IndexArray ids = tg::padded_batch(data_.train.texts, examples).ids;
  const tg::IndexArray labels = tg::batch_labels(data_.train.labels, examples);
  tg::Tensor logits;
  const auto forward = [&] {
    logits = model_(ids, {.training = true, .seed = seed_, .step = number.step});
    return tg::cross_entropy(logits, labels);
  };
  tg::Tape tape;
  const tg::Tensor loss = forward();
  tg::Gradients gradients = tg::finite_gradients(tape, loss, optimizer_.parameters(), forward);
  tg::clip_grad_norm(optimizer_.parameters(), gradients, 5);
  optimizer_.step(gradients);
  return {static_cast<double>(loss.item()), labels.size(), count_hits(logits.value(), labels)};
}

tg::Identity Training::identity() const {  // by which a checkpoint knows its training
  return {{"seed", std::to_string(seed_)},
          {"train", tg::identity_of(data_.train.texts, data_.train.labels)},
          {"dev", tg::identity_of(data_.dev.texts, data_.dev.labels)}};
}

}  // namespace custom
