#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <string_view>
#include <tapegrad/optim/adagrad.hpp>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/optim/rmsprop.hpp>
#include <tapegrad/optim/sgd.hpp>
#include <tapegrad/training/experiment.hpp>

namespace tapegrad {
namespace {

constexpr std::array<std::string_view, 5> optimizers = {"adam", "adamw", "sgd", "adagrad",
                                                        "rmsprop"};
[[noreturn]] void unknown_optimizer(const std::string& name) {
  throw std::invalid_argument(
      fmt::format("optimizer: \"{}\" is not one of {}", name, fmt::join(optimizers, ", ")));
}

// N of a name "PREFIXN", a number above 0; 0 for another name.
Index epochs_after(std::string_view prefix, std::string_view name) {
  if (name.substr(0, prefix.size()) != prefix) return 0;
  Index epochs = 0;
  const char* end = name.data() + name.size();
  const auto [rest, error] = std::from_chars(name.data() + prefix.size(), end, epochs);
  return error == std::errc() && rest == end ? std::max<Index>(0, epochs) : 0;
}

}  // namespace

EmbeddingChoice embedding_choice(const std::string& name) {
  if (name == "frozen") return {name, true, true, 0};
  if (name == "finetune") return {name, true, false, 0};
  if (name == "random") return {name, false, false, 0};
  if (name == "newwords") return {name, true, false, 0, true};
  if (const Index epochs = epochs_after("thaw:", name)) return {name, true, false, epochs};
  if (const Index epochs = epochs_after("newwords:", name)) {
    return {name, true, false, epochs, true};
  }
  throw std::invalid_argument(
      "embeddings: \"" + name +
      "\" is not one of frozen, finetune, random, thaw:N (N epochs frozen), newwords, newwords:N");
}

void check(const ExperimentOptions& options) {
  if (options.embeddings.empty()) throw std::invalid_argument("embeddings: none are given");
  const auto& name = options.optimizer;
  if (std::find(optimizers.begin(), optimizers.end(), name) == optimizers.end()) {
    unknown_optimizer(name);
  }
  if (options.seeds < 1) {
    throw std::invalid_argument(fmt::format("seeds: {} is below 1", options.seeds));
  }
  if (!(options.nb_smoothing > 0)) {
    throw std::invalid_argument(
        fmt::format("nb-smoothing: {} is not positive", options.nb_smoothing));
  }
  ClassifierConfig config = options.classifier;
  config.classes = 2;
  config.ngrams = options.vocabulary.ngrams;
  check_classifier(config);
}

double learning_rate(const std::string& optimizer, const EmbeddingChoice& embeddings) {
  const double adam = embeddings.frozen ? 1e-2 : 3e-3;
  if (optimizer == "sgd") return 100 * adam;
  return optimizer == "adagrad" ? 10 * adam : adam;
}

std::unique_ptr<Optimizer> make_optimizer(const std::string& name, const TextClassifier& model,
                                          double lr, double weight_decay, RowPolicy row_policy) {
  const auto make = [&](auto options) -> std::unique_ptr<Optimizer> {
    options.lr = lr;
    options.weight_decay = weight_decay;
    options.row_policy = row_policy;
    return std::make_unique<OptimizerWith<decltype(options)>>(model, options);
  };
  if (name == "adam") return make(AdamOptions{});
  if (name == "adamw") return make(AdamWOptions{});
  if (name == "sgd") return make(SGDOptions{});
  if (name == "adagrad") return make(AdagradOptions{});
  if (name == "rmsprop") return make(RMSpropOptions{});
  unknown_optimizer(name);
}

}  // namespace tapegrad
