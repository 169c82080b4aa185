#include <tapegrad/training/model_folder.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/text/utf8.hpp>
#include <tapegrad/training/config_reader.hpp>
#include <tapegrad/training/model_config.hpp>
#include <tapegrad/training/model_files.hpp>
#include <tapegrad/training/quantized_network.hpp>
#include <tapegrad/training/safetensors.hpp>
#include <tapegrad/training/safetensors_header.hpp>
#include <tapegrad/training/tensor_memory.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

using Json = nlohmann::ordered_json;

// What is written has version 1 unless the model has parts that programs of that version do not
// know.
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

// The parameters that such a model has; without them in the file, a few numbers in config.json
// could make us allocate without limit.
std::vector<WantedTensor> wanted_tensors(const ModelConfig& config, std::size_t rows) {
  const ClassifierConfig& net = config.classifier;
  const auto classes = static_cast<std::size_t>(net.classes);
  std::vector<WantedTensor> wanted = {{"embed.weight", {rows, config.width}}};
  if (config.quantized) wanted = quantized_tensors(*config.quantized, rows, config.width);
  std::size_t inputs = config.width;
  if (net.nb_weights) wanted.push_back({"nb.weight", {rows}});
  if (net.kind == ModelKind::mean) {
    inputs = static_cast<std::size_t>(net.hidden);
    wanted.push_back({"hidden.weight", {inputs, config.width}});
    wanted.push_back({"hidden.bias", {inputs}});
  }
  if (net.kind == ModelKind::cnn) {
    const auto filters = static_cast<std::size_t>(net.filters);
    for (std::size_t i = 0; i < net.filter_widths.size(); ++i) {
      const auto words = static_cast<std::size_t>(net.filter_widths[i]);
      wanted.push_back({fmt::format("convs.{}.weight", i), {filters, config.width, words}});
      wanted.push_back({fmt::format("convs.{}.bias", i), {filters}});
    }
    inputs = filters * net.filter_widths.size();
  }
  wanted.push_back({"out.weight", {classes, inputs}});
  wanted.push_back({"out.bias", {classes}});
  return wanted;
}

// A network with the parameters of a file, which has those that the network wants.
TextClassifier read_network(const SafetensorsFile& file, const ModelConfig& config) {
  check_memory(file, config.quantized ? "" : "embed.weight");
  Rng rng(0);
  TextClassifier net =
      config.quantized
          ? read_quantized(file, config.classifier, *config.quantized, config.width)
          : make_classifier(config.classifier, file.array(*file.find("embed.weight")), rng);
  for (const auto& [name, p] : parameters(net)) {
    // The table was given to the network, which makes the row of padding zero.
    if (name != "embed.weight") Parameter(p).assign(file.array(*file.find(name)));
  }
  return net;
}

Vocabulary read_vocabulary(const ModelFolder& from, std::size_t size) {
  const std::string path = from.path("vocab.txt");
  const std::string text = from.read("vocab.txt");
  const auto words = std::count(text.begin(), text.end(), '\n');
  if (size != static_cast<std::size_t>(words)) {
    throw FormatError(from.path("config.json"), 0,
                      fmt::format("vocabulary_size is {}, vocab.txt has {} words", size, words));
  }
  check_utf8(text, path);
  return Vocabulary::parse(text, path);
}

KeptVectors read_kept(const ModelFolder& from, const ModelConfig& config) {
  KeptVectors kept = read_kept_vectors(from, config.width);
  try {
    if (config.quantized) check_quantized(kept, *config.quantized);
  } catch (const std::invalid_argument& error) {
    throw FormatError(from.path(kept_values_file), 0, error.what());
  }
  return kept;
}

// Whether the n-grams need a file.
bool listed(const NgramOptions& ngrams) {
  return ngrams.order > 1 && ngrams.buckets == 0;
}

ClassifierModel load_once(const std::string& folder) {
  const ModelFolder from(folder);
  ModelConfig config = parse_model_config(from.read("config.json", ConfigReader::max_bytes),
                                          from.path("config.json"));
  Vocabulary vocabulary = read_vocabulary(from, config.words);
  const NgramOptions& options = config.classifier.ngrams;
  Ngrams ngrams = listed(options) ? Ngrams::load(from.text_path("ngrams.txt"), vocabulary, options)
                                  : Ngrams::hashed(options);
  const SafetensorsFile file(from.checked_path("model.safetensors"));
  check_tensors(file,
                wanted_tensors(config, config.words + static_cast<std::size_t>(ngrams.size())));
  TextClassifier net = read_network(file, config);
  return {config.classifier, config.rules,      std::move(vocabulary),  std::move(config.labels),
          std::move(net),    std::move(ngrams), read_kept(from, config)};
}

// That read_vocabulary will read the words, which have no line ends, and those of n-grams.
void check_words(const std::vector<std::string>& words, bool spaces) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const auto fail = [&](const char* why) {
      throw std::invalid_argument(
          fmt::format("save_model: the word {}, {}, {}", i, quoted_name(word), why));
    };
    if (word.find('\0') != std::string::npos) fail("has a NUL");
    if (detail::first_not_utf8(word) < word.size()) fail("is not UTF-8");
    if (!spaces && word.find(' ') != std::string::npos) {
      fail("has a space, which separates the words of n-grams");
    }
  }
}

}  // namespace

EncodedTexts encode(const ClassifierModel& model, const std::vector<std::string>& texts) {
  EncodedTexts encoded = encode(texts, Tokenizer(model.rules), model.vocabulary);
  model.ngrams.append_to(encoded, model.vocabulary.size());
  return encoded;
}

std::vector<std::string> model_files() {
  return {"vocab.txt",      "ngrams.txt",        kept_words_file,
          kept_values_file, "model.safetensors", "config.json"};
}

void save_model(const ClassifierModel& model, const std::string& folder) {
  check_labels(model.labels);
  check_words(model.vocabulary.words(), !listed(model.ngrams.options()));
  const FilesBeside beside(folder, model_files());
  model.vocabulary.save(beside("vocab.txt"));
  if (listed(model.ngrams.options())) {
    model.ngrams.save(beside("ngrams.txt"), model.vocabulary);
  }
  write_kept_vectors(model.kept, beside);
  write_network(beside("model.safetensors"), model.net);
  write_file(beside("config.json"), to_json(model).dump(2) + "\n");
  beside.put_in_place();
}

ClassifierModel load_model(const std::string& folder) {
  return load_unmixed(folder, load_once);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
