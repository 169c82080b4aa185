#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/training/safetensors.hpp>
#include <tapegrad/training/seq2seq_folder.hpp>

#include <temporary.hpp>
#include "seq2seq_tiny.hpp"

namespace fs = std::filesystem;
using tapegrad::FormatError;
using tapegrad::load_seq2seq;
using tapegrad::read_file;
using tapegrad::save_seq2seq;
using tapegrad::Seq2SeqModel;
using Json = nlohmann::ordered_json;

namespace {

Seq2SeqModel model() {
  return tapegrad::make_seq2seq(tiny::seq2seq_config(), tiny::reversed(20), 1);
}

// The message about a saved model one of whose files was changed, behind the name of that file.
template <class Change>
std::string error_about(const char* file, Change change) {
  const TemporaryDirectory directory;
  save_seq2seq(model(), directory.path());
  change(directory);
  const std::string text = error_of<FormatError>([&] { load_seq2seq(directory.path()); });
  const std::string begin = directory / file;
  return text.rfind(begin, 0) == 0 ? text.substr(begin.size() + 2) : "wrong file: " + text;
}

template <class Change>
std::string config_error(Change change) {
  return error_about("config.json", [&](const TemporaryDirectory& directory) {
    Json json = Json::parse(read_file(directory / "config.json"));
    change(json);
    directory.file("config.json", json.dump());
  });
}

}  // namespace

TEST_CASE("a loaded sequence model is the saved one, and gives logits of the same bits") {
  const TemporaryDirectory directory;
  Seq2SeqModel saved = model();
  saved.config.target_unit = tapegrad::Unit::word;
  save_seq2seq(saved, directory / "new/folder");
  const Seq2SeqModel loaded = load_seq2seq(directory / "new/folder");
  CHECK(loaded.source.words() == saved.source.words());
  CHECK(loaded.target.words() == saved.target.words());
  CHECK(loaded.config.source_unit == tapegrad::Unit::character);
  CHECK(loaded.config.target_unit == tapegrad::Unit::word);
  CHECK(loaded.config.max_length == 10);
  CHECK(tiny::same_values(loaded, saved));
  const tapegrad::IndexArray sources{{2, 3, 4}, {5, 2, 0}}, targets{{7, 2, 3}, {7, 4, 0}};
  CHECK(
      same(tiny::logits(loaded.net, sources, targets), tiny::logits(saved.net, sources, targets)));
}

TEST_CASE("saving writes four files, the same bytes each time, and replaces an older model") {
  const TemporaryDirectory one, two;
  save_seq2seq(model(), one.path());
  save_seq2seq(tapegrad::make_seq2seq(tiny::seq2seq_config(), tiny::reversed(5), 2), two.path());
  save_seq2seq(model(), two.path());
  CHECK(std::distance(fs::directory_iterator(two.path()), fs::directory_iterator()) == 4);
  for (const char* file : {"config.json", "source.txt", "target.txt", "model.safetensors"}) {
    CHECK(read_file(one / file) == read_file(two / file));
  }
}

TEST_CASE("tensors have the names that PyTorch gives to such a network") {
  const TemporaryDirectory directory;
  save_seq2seq(model(), directory.path());
  std::vector<std::string> names;
  const tapegrad::SafetensorsFile file(directory / "model.safetensors");
  for (const auto& each : file.tensors()) {
    names.push_back(each.name);
  }
  CHECK(names.size() == 2 + 12 + 2 + 2 * 18 + 2 + 2);  // tables, layers, norms, output
  for (const char* name :
       {"src_embed.weight", "tgt_embed.weight",
        "transformer.encoder.layers.0.self_attn.in_proj_weight", "transformer.encoder.norm.bias",
        "transformer.decoder.layers.1.multihead_attn.out_proj.weight",
        "transformer.decoder.layers.1.norm3.weight", "out.bias"}) {
    CHECK(std::find(names.begin(), names.end(), name) != names.end());
  }
}

TEST_CASE("sequence models of newer versions and of other kinds are refused") {
  CHECK(config_error([](Json& json) { json["format_version"] = 2; }) ==
        "format version 2 is newer than this program, which knows 1");
  CHECK(config_error([](Json& json) { json["model"]["kind"] = "bag"; }) ==
        "expected a model of the kind seq2seq, found \"bag\"");
  CHECK(config_error([](Json& json) { json["model"]["norm_first"] = false; }) ==
        "norm_first is not true: this program knows no other");
}

TEST_CASE("a config that makes no sense is refused") {
  const auto with = [](const char* name, const Json& value) {
    return config_error([&](Json& json) { json["model"][name] = value; });
  };
  CHECK(with("d_model", -1) == "d_model is -1, must be a whole number, 1 or more");
  CHECK(with("nhead", 1.5) == "nhead is 1.5, must be a whole number, 1 or more");
  CHECK(with("nhead", 3) == "seq2seq: heads is 3, must divide d_model, 16");
  CHECK(with("max_length", 0) == "max_length is 0, must be a whole number, 1 or more");
  CHECK_THAT(with("source_vocabulary_size", 7), Catch::Contains("source_vocabulary_size is 7, ") &&
                                                    Catch::EndsWith("source.txt has 6 units"));
  CHECK_THAT(config_error([](Json& json) { json.erase("units"); }), Catch::Contains("units"));
  CHECK(config_error([](Json& json) { json["units"]["target"] = "line"; }) ==
        "unit: \"line\" is not one of char, word");
}

TEST_CASE("files that do not fit each other are refused") {
  CHECK(error_about("target.txt", [](const TemporaryDirectory& directory) {
          directory.file("target.txt", "<pad>\n<unk>\na\nb\nc\nd\n/s\n<s>\n");
        }) == "expected the mark </s> among the units");
  CHECK_THAT(error_about("model.safetensors",
                         [](const TemporaryDirectory& directory) {
                           Json json = Json::parse(read_file(directory / "config.json"));
                           json["model"]["dim_feedforward"] = 33;
                           directory.file("config.json", json.dump());
                         }),
             Catch::Contains("linear1.weight has shape [32, 16], config.json wants [33, 16]"));
  CHECK_THAT(error_about("model.safetensors",
                         [](const TemporaryDirectory& directory) {
                           Json json = Json::parse(read_file(directory / "config.json"));
                           json["model"]["num_decoder_layers"] = 1;
                           directory.file("config.json", json.dump());
                         }),
             Catch::Contains("tensors, the model "));
}
