#include <tapegrad/training/classifier.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>

namespace tapegrad {

ModelKind model_kind(const std::string& name) {
  if (name == "bag") return ModelKind::bag;
  if (name == "mean") return ModelKind::mean;
  throw std::invalid_argument("model: \"" + name + "\" is not one of bag, mean");
}

std::string to_string(ModelKind kind) {
  return kind == ModelKind::bag ? "bag" : "mean";
}

void check_classifier(const ClassifierConfig& config) {
  check_ngrams(config.ngrams);
  if (config.nb_weights && config.classes != 2) {
    throw std::invalid_argument(fmt::format(
        "nb-weights: Naive-Bayes weights tell two classes apart, these are {}", config.classes));
  }
  if (config.kind == ModelKind::bag) return;
  const auto only_for_bag = [&](const char* what, bool given) {
    if (!given) return;
    throw std::invalid_argument(
        fmt::format("{}: needs the model bag, not {}", what, to_string(config.kind)));
  };
  only_for_bag("nb-weights", config.nb_weights);
  only_for_bag("ngrams", config.ngrams.order > 1);
  only_for_bag("distinct", config.ngrams.distinct);
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

// The parameter that make_classifier makes of the weights that it is given.
Parameter frozen_weights(Array weights, std::size_t rows) {
  if (weights.dimension() == 0) weights = zeros({rows});
  if (weights.shape() != Shape{rows}) {
    throw ShapeError(fmt::format("make_classifier: nb_weights has shape {}, [{}] is wanted",
                                 to_string(weights.shape()), rows));
  }
  Parameter parameter(std::move(weights));
  parameter.set_frozen(true);
  return parameter;
}

}  // namespace

Tensor BagClassifier::weights(const Bags& bags) const {
  const Real* ratios = nb.value().data();
  const auto rows = static_cast<Index>(nb.shape()[0]);
  const Index* ids = bags.ids.data();
  Array weights = zeros(bags.ids.shape());
  for (std::size_t bag = 0; bag < bags.offsets.size(); ++bag) {
    const auto begin = static_cast<std::size_t>(bags.offsets.data()[bag]);
    const auto end = bag + 1 < bags.offsets.size()
                         ? static_cast<std::size_t>(bags.offsets.data()[bag + 1])
                         : bags.ids.size();
    const auto padded = std::count(ids + begin, ids + end, Vocabulary::pad);
    const auto entries = static_cast<Real>(end - begin) - static_cast<Real>(padded);
    const Real scale = 1 / std::max(Real(1), entries);
    for (std::size_t i = begin; i < end; ++i) {
      // embedding_bag reports ids that are out of range.
      if (ids[i] >= 0 && ids[i] < rows) weights.data()[i] = scale * ratios[ids[i]];
    }
  }
  return Tensor(std::move(weights));
}

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

TextClassifier make_classifier(const ClassifierConfig& config, Array table, Rng& rng,
                               Array nb_weights) {
  check_classifier(config);
  const std::size_t rows = table.shape().at(0);
  const std::size_t width = table.shape().at(1);
  const auto classes = static_cast<std::size_t>(config.classes);
  const Dropout drop(config.dropout);
  if (config.kind == ModelKind::bag) {
    auto embed = EmbeddingBag::from_pretrained(
        std::move(table), {.mode = config.nb_weights ? BagMode::sum : BagMode::mean,
                           .freeze = false,
                           .padding_idx = Vocabulary::pad});
    BagClassifier bag{std::move(embed), drop, Linear(width, classes, rng)};
    if (config.nb_weights) bag.nb = frozen_weights(std::move(nb_weights), rows);
    return {std::move(bag)};
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
