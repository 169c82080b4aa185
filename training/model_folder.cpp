#include <tapegrad/training/model_folder.hpp>

#include <fmt/core.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/memory.hpp>
#include <tapegrad/training/model_files.hpp>
#include <tapegrad/training/quantized_network.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

// What is written has version 1 unless the model has parts that programs of that version do not
// know.
constexpr int format_version = 4;

int version_of(const ClassifierModel& model) {
  if (model.net.quantized() != nullptr) return 4;
  if (model.config.kind == ModelKind::cnn) return 3;
  const bool plain = model.ngrams.size() == 0 && !model.ngrams.options().distinct;
  return plain && !model.config.nb_weights ? 1 : 2;
}

Json to_json(const ClassifierModel& model) {
  const Shape table = model.net.table_shape();
  Json json = {{"format_version", version_of(model)},
               {"model",
                {{"kind", to_string(model.config.kind)},
                 {"vocabulary_size", model.vocabulary.size()},
                 {"embedding_dim", table[1]},
                 {"classes", model.config.classes},
                 {"dropout", model.config.dropout}}},
               {"tokenizer",
                {{"version", model.rules.version},
                 {"lowercase", model.rules.lowercase},
                 {"whitespace_only", model.rules.whitespace_only}}},
               {"labels", model.labels}};
  if (model.config.kind == ModelKind::mean) json["model"]["hidden"] = model.config.hidden;
  if (model.config.kind == ModelKind::cnn) {
    json["model"]["filter_widths"] = model.config.filter_widths;
    json["model"]["filters"] = model.config.filters;
  }
  if (model.config.nb_weights) json["model"]["nb_weights"] = true;
  if (const QuantizedTable* quantized = model.net.quantized()) {
    json["model"]["quantized"] = to_string(quantized->kind());
  }
  const NgramOptions& ngrams = model.ngrams.options();
  if (ngrams.order > 1 || ngrams.distinct) {
    json["model"]["ngrams"] = {{"order", ngrams.order},
                               {"min_count", ngrams.min_count},
                               {"buckets", ngrams.buckets},
                               {"distinct", ngrams.distinct}};
  }
  return json;
}

struct Config {
  ClassifierConfig classifier;
  TokenizerRules rules;
  std::vector<std::string> labels;
  std::size_t words, width;
  std::optional<QuantizedKind> quantized;
};

NgramOptions ngram_options(const Json& net) {
  if (!net.contains("ngrams")) return {};
  const Json& ngrams = net.at("ngrams");
  return {.order = ngrams.at("order"),
          .min_count = ngrams.at("min_count"),
          .buckets = ngrams.at("buckets"),
          .distinct = ngrams.at("distinct")};
}

Config parse_config(const std::string& path) {
  try {
    const Json json = Json::parse(read_file(path));
    if (const int version = json.at("format_version"); version > format_version) {
      throw FormatError(path, 0,
                        fmt::format("format version {} is newer than this program, which knows {}",
                                    version, format_version));
    }
    const Json& net = json.at("model");
    const Json& rules = json.at("tokenizer");
    Config config;
    config.classifier = {.kind = model_kind(net.at("kind")),
                         .classes = net.at("classes"),
                         .hidden = net.value("hidden", 0),
                         .dropout = net.at("dropout"),
                         .ngrams = ngram_options(net),
                         .nb_weights = net.value("nb_weights", false),
                         .filter_widths = net.value("filter_widths", std::vector<Index>()),
                         .filters = net.value("filters", Index(0))};
    check_classifier(config.classifier);
    config.rules.version = rules.at("version");
    config.rules.lowercase = rules.at("lowercase");
    config.rules.whitespace_only = rules.at("whitespace_only");
    config.labels = json.at("labels");
    config.words = net.at("vocabulary_size");
    config.width = net.at("embedding_dim");
    if (net.contains("quantized")) config.quantized = quantized_kind(net.at("quantized"));
    return config;
  } catch (const Json::exception& error) {
    throw FormatError(path, 0, error.what());
  } catch (const std::invalid_argument& error) {
    throw FormatError(path, 0, error.what());
  }
}

// Numbers that no layer could be made of.
void check_sizes(const Config& config, const std::string& path) {
  const ClassifierConfig& net = config.classifier;
  if (!(net.dropout >= 0 && net.dropout <= 1)) {
    throw FormatError(path, 0, fmt::format("dropout is {}, must be in [0, 1]", net.dropout));
  }
  check_memory("load_model", config.words + static_cast<std::size_t>(net.ngrams.buckets),
               config.width);
  if (net.kind == ModelKind::cnn) {
    for (const Index k : net.filter_widths) {
      const auto words = static_cast<std::size_t>(k);
      check_memory("load_model", words, config.width);
      check_memory("load_model", static_cast<std::size_t>(net.filters), words * config.width);
    }
  }
  if (net.kind != ModelKind::mean) return;
  if (net.hidden < 1) {
    throw FormatError(path, 0, fmt::format("hidden is {}, must be 1 or more", net.hidden));
  }
  check_memory("load_model", static_cast<std::size_t>(net.hidden), config.width);
}

void check_config(const Config& config, const std::string& path, std::size_t words) {
  if (config.rules.version > TokenizerRules{}.version) {
    throw FormatError(path, 0,
                      fmt::format("tokenizer version {} is newer than this program, which knows {}",
                                  config.rules.version, TokenizerRules{}.version));
  }
  if (config.words != words) {
    throw FormatError(
        path, 0, fmt::format("vocabulary_size is {}, vocab.txt has {} words", config.words, words));
  }
  if (config.classifier.classes < 1 ||
      static_cast<std::size_t>(config.classifier.classes) != config.labels.size()) {
    throw FormatError(path, 0,
                      fmt::format("classes is {}, but there are {} labels",
                                  config.classifier.classes, config.labels.size()));
  }
  check_sizes(config, path);
}

// Whether the n-grams need a file.
bool listed(const NgramOptions& ngrams) {
  return ngrams.order > 1 && ngrams.buckets == 0;
}

}  // namespace

EncodedTexts encode(const ClassifierModel& model, const std::vector<std::string>& texts) {
  EncodedTexts encoded = encode(texts, Tokenizer(model.rules), model.vocabulary);
  model.ngrams.append_to(encoded, model.vocabulary.size());
  return encoded;
}

void save_model(const ClassifierModel& model, const std::string& folder) {
  const FilesBeside beside(folder, {"vocab.txt", "ngrams.txt", "model.safetensors", "config.json"});
  model.vocabulary.save(beside("vocab.txt"));
  if (listed(model.ngrams.options())) {
    model.ngrams.save(beside("ngrams.txt"), model.vocabulary);
  }
  write_network(beside("model.safetensors"), model.net);
  write_file(beside("config.json"), to_json(model).dump(2) + "\n");
  beside.put_in_place();
}

ClassifierModel load_model(const std::string& folder) {
  const fs::path from(folder);
  const std::string config_path = (from / "config.json").string();
  const Config config = parse_config(config_path);
  Vocabulary vocabulary = Vocabulary::load((from / "vocab.txt").string());
  check_config(config, config_path, static_cast<std::size_t>(vocabulary.size()));
  Rng rng(0);
  const NgramOptions& options = config.classifier.ngrams;
  Ngrams ngrams = listed(options)
                      ? Ngrams::load((from / "ngrams.txt").string(), vocabulary, options)
                      : Ngrams::hashed(options);
  const std::size_t rows = config.words + static_cast<std::size_t>(ngrams.size());
  const std::string tensors = (from / "model.safetensors").string();
  TextClassifier net = config.quantized
                           ? read_quantized_network(tensors, config.classifier, *config.quantized,
                                                    {rows, config.width})
                           : make_classifier(config.classifier, zeros({rows, config.width}), rng);
  if (!config.quantized) read_parameters(tensors, parameters(net));
  return {config.classifier, config.rules,   std::move(vocabulary),
          config.labels,     std::move(net), std::move(ngrams)};
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
