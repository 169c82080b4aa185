#include <tapegrad/training/explain.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/tape.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// The sum of one logit a text: its gradient with respect to a text is that of the text's own logit.
Tensor sum_of_chosen(const Tensor& logits, const std::vector<Index>& classes) {
  const std::size_t width = logits.size(1);
  Array chosen = zeros(logits.shape());
  for (std::size_t n = 0; n < classes.size(); ++n) {
    if (classes[n] < 0 || classes[n] >= static_cast<Index>(width)) {
      throw IndexError(
          fmt::format("entry_weights: class {} is out of range [0, {})", classes[n], width));
    }
    chosen.data()[n * width + static_cast<std::size_t>(classes[n])] = 1;
  }
  return sum(logits * Tensor(std::move(chosen)));
}

// The product of each row [N, D] and its gradient.
std::vector<Real> products(const Array& rows, const Array& gradient, std::size_t width) {
  std::vector<Real> all(width == 0 ? 0 : rows.size() / width);
  for (std::size_t i = 0; i < all.size(); ++i) {
    double product = 0;
    for (std::size_t d = i * width; d < (i + 1) * width; ++d) {
      product += static_cast<double>(rows.data()[d]) * static_cast<double>(gradient.data()[d]);
    }
    all[i] = static_cast<Real>(product);
  }
  return all;
}

// Embeddings are looked up before the tape, and become a parameter: each place has a gradient of
// its own, and nothing happens to the model's table. A bag reads them as a table of the places,
// behind a row of padding.
std::vector<Real> weights_in(const BagClassifier& bag, FlatBatch batch,
                             const std::vector<Index>& classes) {
  const std::size_t places = batch.ids.size();
  Bags single{IndexArray(Shape{places + 1, 1}, Vocabulary::pad)};  // each id a bag of its own
  std::copy_n(batch.ids.data(), places, single.ids.data() + 1);
  const Parameter rows(bag.embed(single).value());
  const EmbeddingBag embed(rows, {.mode = bag.embed.mode, .padding_idx = 0});
  Bags own{IndexArray(Shape{places}), batch.offsets};
  for (std::size_t i = 0; i < places; ++i) {
    own.ids.data()[i] = batch.ids.data()[i] == Vocabulary::pad ? 0 : static_cast<Index>(i + 1);
  }
  const Bags bags{std::move(batch.ids), std::move(batch.offsets)};
  Tape tape;
  const Tensor vectors = bag.nb.defined() ? embed(own, bag.weights(bags)) : embed(own);
  const Gradients gradients = tape.backward(sum_of_chosen(bag.out(vectors), classes));
  std::vector<Real> weights = products(rows.value(), gradients.dense(rows), rows.shape()[1]);
  weights.erase(weights.begin());
  return weights;
}

// The others read [B, T] rows; what is padding among them is left out of the result.
template <class Net>
std::vector<Real> weights_in(const Net& net, const PaddedBatch& batch,
                             const std::vector<Index>& classes) {
  const Parameter rows(net.embed(batch.ids).value());
  Tape tape;
  const Tensor vectors =
      net.text_vectors(rows, padding_mask(batch.ids, Vocabulary::pad), Context{});
  const Gradients gradients = tape.backward(sum_of_chosen(net.out(vectors), classes));
  const auto all = products(rows.value(), gradients.dense(rows), rows.shape()[2]);
  std::vector<Real> weights;
  const auto longest = static_cast<std::ptrdiff_t>(batch.ids.shape()[1]);
  for (std::size_t b = 0; b < batch.lengths.size(); ++b) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(b) * longest;
    weights.insert(weights.end(), begin, begin + batch.lengths.data()[b]);
  }
  return weights;
}

}  // namespace

std::vector<Real> entry_weights(const TextClassifier& model, const EncodedTexts& texts,
                                const std::vector<Index>& examples,
                                const std::vector<Index>& classes) {
  if (examples.size() != classes.size()) {
    throw std::invalid_argument(
        fmt::format("entry_weights: {} examples and {} classes", examples.size(), classes.size()));
  }
  if (const auto* bag = std::get_if<BagClassifier>(&model.net)) {
    return weights_in(*bag, flat_batch(texts, examples), classes);
  }
  const PaddedBatch batch = padded_batch(texts, examples);
  if (const auto* mean = std::get_if<MeanClassifier>(&model.net)) {
    return weights_in(*mean, batch, classes);
  }
  return weights_in(std::get<CnnClassifier>(model.net), batch, classes);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
