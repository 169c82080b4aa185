#include <tapegrad/training/classifier.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>

namespace tapegrad {

ModelKind model_kind(const std::string& name) {
  if (name == "bag") return ModelKind::bag;
  if (name == "mean") return ModelKind::mean;
  if (name == "cnn") return ModelKind::cnn;
  throw std::invalid_argument("model: \"" + name + "\" is not one of bag, mean, cnn");
}

std::string to_string(ModelKind kind) {
  if (kind == ModelKind::bag) return "bag";
  return kind == ModelKind::mean ? "mean" : "cnn";
}

namespace {

void check_filters(const ClassifierConfig& config) {
  const std::vector<Index>& widths = config.filter_widths;
  if (widths.empty()) throw std::invalid_argument("filter-widths: none are given");
  constexpr Index limit = 1000;  // of the widths, and of how many there are
  if (std::ssize(widths) > limit) {
    throw std::invalid_argument(
        fmt::format("filter-widths: {} are given, must be {} or fewer", widths.size(), limit));
  }
  const auto [least, most] = std::minmax_element(widths.begin(), widths.end());
  if (*least < 1) {
    throw std::invalid_argument(fmt::format("filter-widths: {}, must be 1 or more", *least));
  }
  if (*most > limit) {
    throw std::invalid_argument(fmt::format("filter-widths: {}, must be {} or less", *most, limit));
  }
  if (config.filters < 1) {
    throw std::invalid_argument(fmt::format("filters: {}, must be 1 or more", config.filters));
  }
}

}  // namespace

void check_classifier(const ClassifierConfig& config) {
  check_ngrams(config.ngrams);
  if (config.nb_weights && config.classes != 2) {
    throw std::invalid_argument(fmt::format(
        "nb-weights: Naive-Bayes weights tell two classes apart, these are {}", config.classes));
  }
  if (config.kind == ModelKind::cnn) check_filters(config);
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

BagClassifier make_bag(const ClassifierConfig& config, Array table, Rng& rng, Array nb_weights) {
  const std::size_t rows = table.shape().at(0);
  const std::size_t width = table.shape().at(1);
  auto embed = EmbeddingBag::from_pretrained(
      std::move(table), {.mode = config.nb_weights ? BagMode::sum : BagMode::mean,
                         .freeze = false,
                         .padding_idx = Vocabulary::pad});
  BagClassifier bag{std::move(embed), Dropout(config.dropout),
                    Linear(width, static_cast<std::size_t>(config.classes), rng)};
  if (config.nb_weights) bag.nb = frozen_weights(std::move(nb_weights), rows);
  return bag;
}

MeanClassifier make_mean(const ClassifierConfig& config, Embedding embed, Rng& rng) {
  const auto wide = static_cast<std::size_t>(config.hidden);
  Linear hidden(embed.weight.shape()[1], wide, rng);
  Linear out(wide, static_cast<std::size_t>(config.classes), rng);
  return {std::move(embed), Dropout(config.dropout), std::move(hidden), std::move(out)};
}

CnnClassifier make_cnn(const ClassifierConfig& config, Embedding embed, Rng& rng) {
  const auto filters = static_cast<std::size_t>(config.filters);
  std::vector<Conv1d> convs;
  for (const Index k : config.filter_widths) {
    convs.emplace_back(embed.weight.shape()[1], filters, static_cast<std::size_t>(k), rng,
                       Conv1dOptions{.padding = k - 1});
  }
  Linear out(convs.size() * filters, static_cast<std::size_t>(config.classes), rng);
  return {std::move(embed), std::move(convs), Dropout(config.dropout), std::move(out)};
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

Tensor CnnClassifier::text_vectors(const Tensor& x, const Mask& padding, const Context&) const {
  std::vector<Tensor> maxima;
  for (const Conv1d& conv : convs) {
    maxima.push_back(
        max_over_time(conv(x), window_mask(padding, conv.kernel_size(), conv.padding)));
  }
  // The maximum of relu(x) is the relu of the maximum, and that is less work.
  return relu(concat(maxima, 1));
}

Tensor TextClassifier::operator()(const EncodedTexts& texts, const std::vector<Index>& examples,
                                  const Context& context, double word_dropout) const {
  const Tensor x = text_vectors(texts, examples, context, word_dropout);
  return std::visit([&](const auto& each) { return each.out(each.drop(x, context)); }, net);
}

Tensor TextClassifier::text_vectors(const EncodedTexts& texts, const std::vector<Index>& examples,
                                    const Context& context, double word_dropout) const {
  if (const auto* bag = std::get_if<BagClassifier>(&net)) {
    FlatBatch batch = flat_batch(texts, examples);
    drop_words(batch.ids, word_dropout, context);
    return bag->text_vectors({std::move(batch.ids), std::move(batch.offsets)});
  }
  PaddedBatch batch = padded_batch(texts, examples);
  drop_words(batch.ids, word_dropout, context);
  const Mask padding = padding_mask(batch.ids, Vocabulary::pad);
  const auto of_embedded = [&](const auto& each) {
    return each.text_vectors(each.embed(batch.ids), padding, context);
  };
  if (const auto* mean = std::get_if<MeanClassifier>(&net)) return of_embedded(*mean);
  return of_embedded(std::get<CnnClassifier>(net));
}

const Parameter& TextClassifier::table() const {
  if (quantized() != nullptr) {
    throw std::logic_error(
        fmt::format("TextClassifier: the table is quantized ({}); it can classify, but neither be "
                    "trained nor changed",
                    to_string(quantized()->kind())));
  }
  return std::visit([](const auto& each) -> const Parameter& { return each.embed.weight; }, net);
}

const QuantizedTable* TextClassifier::quantized() const {
  return std::visit([](const auto& each) { return each.embed.quantized.get(); }, net);
}

Shape TextClassifier::table_shape() const {
  if (const QuantizedTable* table = quantized()) return {table->rows(), table->width()};
  return table().shape();
}

TextClassifier make_classifier(const ClassifierConfig& config, Array table, Rng& rng,
                               Array nb_weights) {
  check_classifier(config);
  if (config.kind == ModelKind::bag) {
    return {make_bag(config, std::move(table), rng, std::move(nb_weights))};
  }
  auto embed = Embedding::from_pretrained(std::move(table),
                                          {.freeze = false, .padding_idx = Vocabulary::pad});
  if (config.kind == ModelKind::mean) return {make_mean(config, std::move(embed), rng)};
  return {make_cnn(config, std::move(embed), rng)};
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
