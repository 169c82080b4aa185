#include <tapegrad/training/classifier.hpp>

#include <algorithm>
#include <stdexcept>

namespace tapegrad {

ModelKind model_kind(const std::string& name) {
  if (name == "bag") return ModelKind::bag;
  if (name == "mean") return ModelKind::mean;
  throw std::invalid_argument("model: \"" + name + "\" is not one of bag, mean");
}

std::string to_string(ModelKind kind) {
  return kind == ModelKind::bag ? "bag" : "mean";
}

inline namespace TAPEGRAD_PRECISION {
namespace {

// Turns each id into padding with probability p, which leaves the word out.
void drop_words(IndexArray& ids, double p, const Context& context) {
  if (!context.training || p <= 0.0) return;
  const Rng rng = context.next_rng();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (Rng::to_unit(rng.at(i)) < p) ids.data()[i] = Vocabulary::pad;
  }
}

}  // namespace

Tensor TextClassifier::operator()(const EncodedTexts& texts, const std::vector<Index>& examples,
                                  const Context& context, double word_dropout) const {
  if (const auto* bag = std::get_if<BagClassifier>(&net)) {
    FlatBatch batch = flat_batch(texts, examples);
    drop_words(batch.ids, word_dropout, context);
    return (*bag)({std::move(batch.ids), std::move(batch.offsets)}, context);
  }
  PaddedBatch batch = padded_batch(texts, examples);
  drop_words(batch.ids, word_dropout, context);
  return std::get<MeanClassifier>(net)(batch.ids, context);
}

const Parameter& TextClassifier::table() const {
  return std::visit([](const auto& each) -> const Parameter& { return each.embed.weight; }, net);
}

TextClassifier make_classifier(const ClassifierConfig& config, Array table, Rng& rng) {
  const std::size_t width = table.shape().at(1);
  const auto classes = static_cast<std::size_t>(config.classes);
  const Dropout drop(config.dropout);
  if (config.kind == ModelKind::bag) {
    auto embed = EmbeddingBag::from_pretrained(
        std::move(table), {.mode = BagMode::mean, .freeze = false, .padding_idx = Vocabulary::pad});
    return {BagClassifier{std::move(embed), drop, Linear(width, classes, rng)}};
  }
  auto embed = Embedding::from_pretrained(std::move(table),
                                          {.freeze = false, .padding_idx = Vocabulary::pad});
  Linear hidden(width, static_cast<std::size_t>(config.hidden), rng);
  Linear out(static_cast<std::size_t>(config.hidden), classes, rng);
  return {MeanClassifier{std::move(embed), drop, std::move(hidden), std::move(out)}};
}

Predictions predict(const TextClassifier& model, const EncodedTexts& texts, Index batch_size) {
  const ProfileSpan span("evaluation", Phase::other);
  Predictions all;
  std::vector<Real> probabilities;
  std::size_t classes = 0;
  for (const auto& examples : sequential_batches(texts, batch_size).batches) {
    const Array p = softmax(model(texts, examples, Context{})).value();
    classes = p.shape()[1];
    probabilities.insert(probabilities.end(), p.data(), p.data() + p.size());
  }
  const std::size_t n = classes == 0 ? 0 : probabilities.size() / classes;
  all.probabilities = Array(Shape{n, classes});
  std::copy(probabilities.begin(), probabilities.end(), all.probabilities.data());
  for (std::size_t i = 0; i < n; ++i) {
    const auto row = probabilities.begin() + static_cast<std::ptrdiff_t>(i * classes);
    all.labels.push_back(std::max_element(row, row + static_cast<std::ptrdiff_t>(classes)) - row);
  }
  return all;
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
