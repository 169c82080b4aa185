#include <tapegrad/training/seq2seq_folder.hpp>

#include <fmt/core.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/memory.hpp>
#include <tapegrad/training/model_files.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

using Json = nlohmann::ordered_json;

constexpr int format_version = 1;
constexpr const char* kind = "seq2seq";

Json to_json(const Seq2SeqModel& model) {
  const Seq2SeqConfig& net = model.config;
  return {
      {"format_version", format_version},
      {"model",
       {{"kind", kind},
        {"source_vocabulary_size", model.source.size()},
        {"target_vocabulary_size", model.target.size()},
        {"d_model", net.d_model},
        {"dim_feedforward", net.dim_feedforward},
        {"nhead", net.heads},
        {"num_encoder_layers", net.encoder_layers},
        {"num_decoder_layers", net.decoder_layers},
        {"norm_first", true},
        {"dropout", net.dropout},
        {"max_length", net.max_length}}},
      {"units", {{"source", to_string(net.source_unit)}, {"target", to_string(net.target_unit)}}}};
}

struct Config {
  Seq2SeqConfig net;
  Index source_rows, target_rows;
};

// The whole numbers of a network; JSON would take -1 or 1.5 for one too.
std::size_t size_of(const Json& net, const char* name) {
  const Json& value = net.at(name);
  if (value.is_number_unsigned()) return value;
  throw std::invalid_argument(
      fmt::format("{} is {}, must be a whole number, 1 or more", name, value.dump()));
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
    if (const std::string found = net.at("kind"); found != kind) {
      throw FormatError(path, 0,
                        fmt::format("expected a model of the kind {}, found \"{}\"", kind, found));
    }
    Config config{{.source_unit = unit_of(json.at("units").at("source")),
                   .target_unit = unit_of(json.at("units").at("target")),
                   .d_model = size_of(net, "d_model"),
                   .dim_feedforward = size_of(net, "dim_feedforward"),
                   .heads = size_of(net, "nhead"),
                   .encoder_layers = size_of(net, "num_encoder_layers"),
                   .decoder_layers = size_of(net, "num_decoder_layers"),
                   .dropout = net.at("dropout"),
                   .max_length = size_of(net, "max_length")},
                  net.at("source_vocabulary_size"),
                  net.at("target_vocabulary_size")};
    check_seq2seq(config.net);
    if (config.net.max_length == 0)
      throw FormatError(path, 0, "max_length is 0, must be 1 or more");
    if (net.at("norm_first") != true) {
      throw FormatError(path, 0, "norm_first is not true: this program knows no other");
    }
    return config;
  } catch (const Json::exception& error) {
    throw FormatError(path, 0, error.what());
  } catch (const std::invalid_argument& error) {
    throw FormatError(path, 0, error.what());
  }
}

Vocabulary load_vocabulary(const std::string& path, const std::string& config_path,
                           const char* size, Index rows) {
  Vocabulary vocabulary = Vocabulary::load(path);
  if (vocabulary.size() == rows) return vocabulary;
  throw FormatError(config_path, 0,
                    fmt::format("{} is {}, {} has {} units", size, rows, path, vocabulary.size()));
}

void check_marks(const std::string& path, const Vocabulary& target) {
  for (const auto mark : {begin_mark, end_mark}) {
    if (target.find(mark)) continue;
    throw FormatError(path, 0, fmt::format("expected the mark {} among the units", mark));
  }
}

}  // namespace

void save_seq2seq(const Seq2SeqModel& model, const std::string& folder) {
  const FilesBeside beside(folder,
                           {"source.txt", "target.txt", "model.safetensors", "config.json"});
  model.source.save(beside("source.txt"));
  model.target.save(beside("target.txt"));
  write_parameters(beside("model.safetensors"), parameters(model.net));
  write_file(beside("config.json"), to_json(model).dump(2) + "\n");
  beside.put_in_place();
}

Seq2SeqModel load_seq2seq(const std::string& folder) {
  const auto in = [from = std::filesystem::path(folder)](const char* name) {
    return (from / name).string();
  };
  const std::string path = in("config.json");
  const Config config = parse_config(path);
  Vocabulary source =
      load_vocabulary(in("source.txt"), path, "source_vocabulary_size", config.source_rows);
  Vocabulary target =
      load_vocabulary(in("target.txt"), path, "target_vocabulary_size", config.target_rows);
  check_marks(in("target.txt"), target);
  for (const std::size_t rows :
       {config.net.max_length, config.net.dim_feedforward, 3 * config.net.d_model}) {
    check_memory("load_seq2seq", rows, config.net.d_model);
  }
  Rng rng(0);
  Seq2SeqNet net(config.net, source.size(), target.size(), rng);
  read_parameters(in("model.safetensors"), parameters(net));
  return {config.net, std::move(source), std::move(target), std::move(net)};
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
