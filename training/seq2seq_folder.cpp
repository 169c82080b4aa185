#include <tapegrad/training/seq2seq_folder.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/training/config_reader.hpp>
#include <tapegrad/training/model_files.hpp>
#include <tapegrad/training/safetensors.hpp>
#include <tapegrad/training/tensor_memory.hpp>

namespace tapegrad {
namespace {

using Json = nlohmann::ordered_json;

constexpr int format_version = 1;
constexpr const char* kind = "seq2seq";

}  // namespace

Seq2SeqFileConfig parse_seq2seq_config(std::string_view text, const std::string& path) {
  const ConfigReader config(text, path);
  config.version("format_version", "format", format_version);
  try {
    const ConfigReader net = config.section("model");
    const ConfigReader units = config.section("units");
    if (const std::string found = net.text("kind"); found != kind) {
      config.fail(fmt::format("expected a model of the kind {}, found \"{:.40}\"", kind, found));
    }
    if (!net.truth("norm_first")) {
      config.fail("norm_first is not true: this program knows no other");
    }
    const auto size = [&net](const char* name) {
      return static_cast<std::size_t>(net.whole(name, 1));
    };
    Seq2SeqFileConfig model{{.source_unit = unit_of(units.text("source")),
                             .target_unit = unit_of(units.text("target")),
                             .d_model = size("d_model"),
                             .dim_feedforward = size("dim_feedforward"),
                             .heads = size("nhead"),
                             .encoder_layers = size("num_encoder_layers"),
                             .decoder_layers = size("num_decoder_layers"),
                             .dropout = net.number("dropout", 0, 1),
                             .max_length = size("max_length")},
                            net.whole("source_vocabulary_size", 2),
                            net.whole("target_vocabulary_size", 2)};
    check_seq2seq(model.net);
    return model;
  } catch (const std::invalid_argument& error) {
    config.fail(error.what());
  }
}

inline namespace TAPEGRAD_PRECISION {
namespace {

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

Vocabulary read_vocabulary(const ModelFolder& from, const char* name, const char* size,
                           Index rows) {
  const std::string path = from.path(name);
  const std::string text = from.read(name);
  const auto lines = std::count(text.begin(), text.end(), '\n');
  if (lines == rows) return Vocabulary::parse(text, path);
  throw FormatError(from.path("config.json"), 0,
                    fmt::format("{} is {}, {} has {} units", size, rows, path, lines));
}

void check_marks(const std::string& path, const Vocabulary& target) {
  for (const auto mark : {begin_mark, end_mark}) {
    if (target.find(mark)) continue;
    throw FormatError(path, 0, fmt::format("expected the mark {} among the units", mark));
  }
}

// That what the network allocates is in proportion to the file, and fits into memory: its tables,
// the matrices of its layers, and the positions, which are not in the file.
void check_sizes(const SafetensorsFile& file, const Seq2SeqFileConfig& config) {
  const std::size_t width = config.net.d_model;
  check_tensor(file, {"src_embed.weight", {static_cast<std::size_t>(config.source_rows), width}});
  check_tensor(file, {"tgt_embed.weight", {static_cast<std::size_t>(config.target_rows), width}});
  const auto check_layers = [&](const char* stack, std::size_t layers) {
    for (std::size_t i = 0; i < layers; ++i) {
      const std::string layer = fmt::format("transformer.{}.layers.{}.", stack, i);
      check_tensor(file, {layer + "self_attn.in_proj_weight", {3 * width, width}});
      check_tensor(file, {layer + "linear1.weight", {config.net.dim_feedforward, width}});
    }
  };
  check_layers("encoder", config.net.encoder_layers);
  check_layers("decoder", config.net.decoder_layers);
  constexpr std::size_t always = 16U << 20U;
  const std::size_t positions = (config.net.max_length + 2) * width * sizeof(Real);
  if (positions > std::max(always, file.size())) {
    throw FormatError(file.path(), 0,
                      fmt::format("has {} bytes; the positions of max_length {} would take {}",
                                  file.size(), config.net.max_length, positions));
  }
  check_memory(file, {}, positions);
}

Seq2SeqModel load_once(const std::string& folder) {
  const ModelFolder from(folder);
  const Seq2SeqFileConfig config = parse_seq2seq_config(
      from.read("config.json", ConfigReader::max_bytes), from.path("config.json"));
  Vocabulary source =
      read_vocabulary(from, "source.txt", "source_vocabulary_size", config.source_rows);
  Vocabulary target =
      read_vocabulary(from, "target.txt", "target_vocabulary_size", config.target_rows);
  check_marks(from.path("target.txt"), target);
  const SafetensorsFile file(from.checked_path("model.safetensors"));
  check_sizes(file, config);
  Rng rng(0);
  Seq2SeqNet net(config.net, source.size(), target.size(), rng);
  read_parameters(file, parameters(net));
  return {config.net, std::move(source), std::move(target), std::move(net)};
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
  return load_unmixed(folder, load_once);
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
