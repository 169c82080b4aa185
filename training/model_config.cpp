#include <tapegrad/training/model_config.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/text/utf8.hpp>
#include <tapegrad/training/config_reader.hpp>
#include <tapegrad/training/model_files.hpp>

namespace tapegrad {
namespace {

constexpr int format_version = 4;

NgramOptions ngram_options(const ConfigReader& net) {
  if (!net.has("ngrams")) return {};
  const ConfigReader ngrams = net.section("ngrams");
  return {.order = ngrams.whole("order", 1),
          .min_count = ngrams.whole("min_count", 0),
          .buckets = ngrams.whole("buckets", 0),
          .distinct = ngrams.truth("distinct")};
}

ClassifierConfig classifier_config(const ConfigReader& net) {
  ClassifierConfig config{.kind = model_kind(net.text("kind")),
                          .classes = net.whole("classes", 1),
                          .hidden = 0,
                          .dropout = net.number("dropout", 0, 1),
                          .ngrams = ngram_options(net),
                          .nb_weights = net.has("nb_weights") && net.truth("nb_weights"),
                          .filter_widths = {},
                          .filters = 0};
  if (config.kind == ModelKind::mean) config.hidden = net.whole("hidden", 1);
  if (config.kind == ModelKind::cnn) {
    config.filter_widths = net.wholes("filter_widths", 1);
    config.filters = net.whole("filters", 1);
  }
  check_classifier(config);
  return config;
}

TokenizerRules tokenizer_rules(const ConfigReader& rules) {
  return {.lowercase = rules.truth("lowercase"),
          .whitespace_only = rules.truth("whitespace_only"),
          .version = rules.version("version", "tokenizer", TokenizerRules{}.version)};
}

}  // namespace

ModelConfig parse_model_config(std::string_view text, const std::string& path) {
  const ConfigReader config(text, path);
  config.version("format_version", "format", format_version);
  try {
    const ConfigReader net = config.section("model");
    ModelConfig model{.classifier = classifier_config(net),
                      .rules = tokenizer_rules(config.section("tokenizer")),
                      .labels = config.texts("labels"),
                      .words = static_cast<std::size_t>(net.whole("vocabulary_size", 2)),
                      .width = static_cast<std::size_t>(net.whole("embedding_dim", 1))};
    if (static_cast<std::size_t>(model.classifier.classes) != model.labels.size()) {
      config.fail(fmt::format("classes is {}, but there are {} labels", model.classifier.classes,
                              model.labels.size()));
    }
    if (net.has("quantized")) model.quantized = quantized_kind(net.text("quantized"));
    check_labels(model.labels);
    return model;
  } catch (const std::invalid_argument& error) {
    config.fail(error.what());
  }
}

void check_labels(const std::vector<std::string>& labels) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::string& label = labels[i];
    const auto refuse = [&](const char* what) {
      throw std::invalid_argument(fmt::format("labels: label {} {}", i + 1, what));
    };
    const auto control = [](char c) { return (c >= 0 && c < ' ') || c == '\x7F'; };
    if (label.empty()) refuse("is empty");
    if (std::any_of(label.begin(), label.end(), control)) refuse("has a control character");
    if (detail::first_not_utf8(label) < label.size()) refuse("is not UTF-8");
    if (!seen.insert(label).second) refuse("came before");
  }
}

}  // namespace tapegrad
