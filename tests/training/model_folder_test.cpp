#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/training/model_folder.hpp>
#include <tapegrad/training/safetensors.hpp>

#include <entries.hpp>
#include <file_size_limit.hpp>
#include <temporary.hpp>
#include "tiny.hpp"

namespace fs = std::filesystem;
using tapegrad::ClassifierModel;
using tapegrad::FormatError;
using tapegrad::Index;
using tapegrad::load_model;
using tapegrad::ModelKind;
using tapegrad::read_file;
using tapegrad::save_model;
using Json = nlohmann::ordered_json;

namespace {

const char* const files[] = {"config.json", "vocab.txt", "model.safetensors"};

ClassifierModel model_of(ModelKind kind) {
  tapegrad::WordCounts counts;
  for (std::size_t i = 2; i < tiny::words; ++i) counts.add("word" + std::to_string(i));
  return {{.kind = kind,
           .classes = 2,
           .hidden = 5,
           .dropout = 0.25,
           .filter_widths = {2, 4},
           .filters = 3},
          {.lowercase = false, .whitespace_only = true},
          tapegrad::Vocabulary(counts),
          {"bad", "very \"good\""},
          tiny::classifier(kind)};
}

// N-grams of one text, and weights that differ.
ClassifierModel model_with_ngrams(const tapegrad::NgramOptions& options) {
  ClassifierModel model = model_of(ModelKind::bag);
  model.config.ngrams = options;
  model.config.nb_weights = true;
  const auto train =
      encode({"word2 word3 word2 word9 word2"}, tapegrad::Tokenizer(model.rules), model.vocabulary);
  model.ngrams = tapegrad::Ngrams(train, options);
  const auto rows = tiny::words + static_cast<std::size_t>(model.ngrams.size());
  tapegrad::Rng rng(3);
  tapegrad::Array ratios = tapegrad::zeros({rows});
  for (std::size_t i = 1; i < rows; ++i) ratios(i) = 1 / static_cast<tapegrad::Real>(i);
  model.net = make_classifier(model.config, tiny::table(rows, 4), rng, ratios);
  return model;
}

// A saved model, one file of which is then spoiled.
struct Saved {
  TemporaryDirectory directory;
  explicit Saved(ModelKind kind = ModelKind::bag) { save_model(model_of(kind), directory.path()); }
  Json config() const { return Json::parse(read_file(directory / "config.json")); }
  void config(const Json& json) const { directory.file("config.json", json.dump()); }

  // The message behind the name of the file that it blames.
  std::string error(const char* file) const {
    const std::string text = error_of<FormatError>([&] { load_model(directory.path()); });
    const std::string begin = (directory / file) + ": ";
    return text.rfind(begin, 0) == 0 ? text.substr(begin.size()) : "wrong file: " + text;
  }
};

template <class Change>
std::string config_error(Change change, ModelKind kind = ModelKind::bag) {
  const Saved saved(kind);
  Json json = saved.config();
  change(json);
  saved.config(json);
  return saved.error("config.json");
}

template <class Change>
std::string tensors_error(Change change) {
  const Saved saved;
  const std::string path = saved.directory / "model.safetensors";
  {
    const tapegrad::SafetensorsFile file(path);
    std::vector<tapegrad::RawTensor> tensors = file.tensors();
    change(tensors);
    write_safetensors(path, tensors);
  }
  return saved.error("model.safetensors");
}

}  // namespace

TEST_CASE("a loaded model is the saved one, and gives logits of the same bits") {
  for (const ModelKind kind : tiny::kinds) {
    const TemporaryDirectory directory;
    const ClassifierModel saved = model_of(kind);
    save_model(saved, directory / "new/folder");
    const ClassifierModel loaded = load_model(directory / "new/folder");
    CHECK(loaded.config.kind == kind);
    CHECK(loaded.config.classes == 2);
    CHECK(loaded.config.dropout == 0.25);
    if (kind == ModelKind::mean) CHECK(loaded.config.hidden == 5);
    if (kind == ModelKind::cnn) {
      CHECK(loaded.config.filter_widths == std::vector<Index>{2, 4});
      CHECK(loaded.config.filters == 3);
    }
    const Json config = Json::parse(read_file(directory / "new/folder/config.json"));
    CHECK(config["format_version"] == (kind == ModelKind::cnn ? 3 : 1));
    CHECK_FALSE(loaded.rules.lowercase);
    CHECK(loaded.rules.whitespace_only);
    CHECK(loaded.labels == saved.labels);
    CHECK(loaded.vocabulary.words() == saved.vocabulary.words());
    const auto data = tiny::problem(30, 1);
    CHECK(same(predict(loaded.net, data.texts).probabilities,
               predict(saved.net, data.texts).probabilities));
    CHECK(tiny::same_values(tiny::values(loaded.net), tiny::values(saved.net)));
    CHECK(loaded.net.table().frozen_rows() == std::vector<tapegrad::Index>{0});
  }
}

TEST_CASE("a model with n-grams and Naive-Bayes weights is loaded with them") {
  const std::vector<std::string> texts = {"word2 word3 word2", "word3 word2 word9 word2", ""};
  for (const Index buckets : {0, 50}) {
    const ClassifierModel saved = model_with_ngrams(
        {.order = 3, .min_count = 1, .buckets = buckets, .distinct = buckets > 0});
    const TemporaryDirectory directory;
    save_model(saved, directory.path());
    const ClassifierModel loaded = load_model(directory.path());
    CHECK(loaded.config.nb_weights);
    CHECK(loaded.ngrams.size() == saved.ngrams.size());
    CHECK(encode(loaded, texts).ids == encode(saved, texts).ids);
    CHECK(same(predict(loaded.net, encode(loaded, texts)).probabilities,
               predict(saved.net, encode(saved, texts)).probabilities));
    CHECK(tiny::same_values(tiny::values(loaded.net), tiny::values(saved.net)));
    CHECK(entries(directory.path()) == (buckets == 0 ? 4 : 3));
    const Json config = Json::parse(read_file(directory / "config.json"));
    CHECK(config["format_version"] == 2);
    CHECK(config["model"]["ngrams"]["order"] == 3);
    CHECK(config["model"]["ngrams"]["buckets"] == buckets);
    CHECK(config["model"]["ngrams"]["distinct"] == (buckets > 0));
    save_model(model_of(ModelKind::bag), directory.path());
    CHECK(entries(directory.path()) == 3);  // no list of n-grams is left behind
    CHECK(Json::parse(read_file(directory / "config.json"))["format_version"] == 1);
  }
}

TEST_CASE("n-grams that do not fit the configuration are an error") {
  const TemporaryDirectory directory;
  save_model(model_with_ngrams({.order = 3, .min_count = 1}), directory.path());
  directory.file("ngrams.txt", "word2 word3\n");
  CHECK_THAT(error_of<FormatError>([&] { load_model(directory.path()); }),
             Catch::Contains("embed.weight has shape [27, 4], config.json wants [21, 4]"));
  Json json = Json::parse(read_file(directory / "config.json"));
  json["model"]["ngrams"]["order"] = 0;
  directory.file("config.json", json.dump());
  CHECK_THAT(error_of<FormatError>([&] { load_model(directory.path()); }),
             Catch::Contains("order is 0, must be a whole number, 1 or more"));
}

TEST_CASE("the same model saved twice, or loaded and saved, gives the same bytes") {
  const Saved one;
  const Saved two;
  const TemporaryDirectory three;
  save_model(load_model(one.directory.path()), three.path());
  for (const char* file : files) {
    CHECK(read_file(one.directory / file) == read_file(two.directory / file));
    CHECK(read_file(one.directory / file) == read_file(three / file));
  }
  CHECK(entries(one.directory.path()) == 3);
}

TEST_CASE("parameters are saved under the names and layouts that PyTorch gives them") {
  const auto shapes = [](ModelKind kind) {
    const Saved saved(kind);
    std::string text;
    const tapegrad::SafetensorsFile file(saved.directory / files[2]);
    for (const auto& each : file.tensors()) {
      const tapegrad::Shape shape(each.shape.begin(), each.shape.end());
      text += each.name + " " + tapegrad::to_string(shape) + "; ";
    }
    return text;
  };
  CHECK(shapes(ModelKind::bag) == "embed.weight [20, 4]; out.weight [2, 4]; out.bias [2]; ");
  CHECK(shapes(ModelKind::mean) ==
        "embed.weight [20, 4]; hidden.weight [5, 4]; hidden.bias [5]; "
        "out.weight [2, 5]; out.bias [2]; ");
  CHECK(shapes(ModelKind::cnn) ==
        "embed.weight [20, 4]; convs.0.weight [3, 4, 2]; convs.0.bias [3]; "
        "convs.1.weight [3, 4, 4]; convs.1.bias [3]; out.weight [2, 6]; out.bias [2]; ");
}

TEST_CASE("a model or tokenizer of a newer version is refused") {
  CHECK(config_error([](Json& json) { json["format_version"] = 5; }) ==
        "format version 5 is newer than this program, which knows 4");
  CHECK(config_error([](Json& json) { json["tokenizer"]["version"] = 99; }) ==
        "tokenizer version 99 is newer than this program, which knows 1");
}

TEST_CASE("a newer version is refused as such even if its settings have other names") {
  CHECK(config_error([](Json& json) {
          json = {{"format_version", 7}};
        }) == "format version 7 is newer than this program, which knows 4");
}

TEST_CASE("a configuration with something missing or of the wrong type is an error") {
  for (const char* key : {"format_version", "model", "tokenizer", "labels"}) {
    CHECK_THAT(config_error([&](Json& json) { json.erase(key); }), Catch::Contains(key));
  }
  for (const char* key : {"kind", "vocabulary_size", "embedding_dim", "classes", "dropout"}) {
    CHECK_THAT(config_error([&](Json& json) { json["model"].erase(key); }), Catch::Contains(key));
  }
  CHECK_THAT(config_error([](Json& json) { json["labels"] = "bad,good"; }),
             Catch::Contains("labels is \"bad,good\", must be a list"));
  CHECK(config_error([](Json& json) { json["model"]["kind"] = "lstm"; }) ==
        "model: \"lstm\" is not one of bag, mean, cnn");
  const Saved saved;
  saved.directory.file("config.json", "{\"format_version\": 1,\n]");
  CHECK(saved.error("config.json:2") ==
        "is no valid JSON: unexpected ']'; expected string literal");
}

TEST_CASE("an empty file of a model is told to be empty") {
  for (const char* file : {"config.json", "vocab.txt", "model.safetensors"}) {
    const Saved saved;
    saved.directory.file(file, "");
    CHECK_THAT(saved.error(file), Catch::StartsWith("is empty"));
  }
}

TEST_CASE("a configuration whose numbers make no sense is an error") {
  CHECK(config_error([](Json& json) { json["model"]["dropout"] = 1.5; }) ==
        "dropout is 1.5, must be in [0, 1]");
  CHECK(config_error([](Json& json) { json["model"]["hidden"] = -1; }, ModelKind::mean) ==
        "hidden is -1, must be a whole number, 1 or more");
  CHECK(config_error([](Json& json) { json["model"].erase("hidden"); }, ModelKind::mean) ==
        "hidden is missing");
  CHECK(config_error([](Json& json) { json["model"].erase("filters"); }, ModelKind::cnn) ==
        "filters is missing");
  CHECK(config_error([](Json& json) { json["model"].erase("filter_widths"); }, ModelKind::cnn) ==
        "filter_widths is missing");
  CHECK(config_error([](Json& json) { json["model"]["filter_widths"].clear(); }, ModelKind::cnn) ==
        "filter-widths: none are given");
  CHECK(config_error([](Json& json) { json["model"]["filter_widths"][1] = 1001; },
                     ModelKind::cnn) == "filter-widths: 1001, must be 1000 or less");
}

TEST_CASE("a configuration that does not fit the vocabulary or the labels is an error") {
  CHECK(config_error([](Json& json) { json["model"]["vocabulary_size"] = 21; }) ==
        "vocabulary_size is 21, vocab.txt has 20 words");
  CHECK(config_error([](Json& json) { json["model"]["classes"] = 3; }) ==
        "classes is 3, but there are 2 labels");
  CHECK(config_error([](Json& json) { json["labels"].clear(), json["model"]["classes"] = 0; }) ==
        "classes is 0, must be a whole number, 1 or more");
  const Saved saved;
  const std::string words = read_file(saved.directory / "vocab.txt");
  saved.directory.file("vocab.txt", words + "another\n");
  CHECK(saved.error("config.json") == "vocabulary_size is 20, vocab.txt has 21 words");
}

TEST_CASE("tensors that do not fit the configuration are an error") {
  const Saved saved;
  Json json = saved.config();
  json["model"]["embedding_dim"] = 5;
  saved.config(json);
  CHECK(saved.error("model.safetensors") ==
        "tensor embed.weight has shape [20, 4], config.json wants [20, 5]");
  CHECK(tensors_error([](auto& tensors) {
          tensors[1].shape = {4, 2};
        }) == "tensor out.weight has shape [4, 2], config.json wants [2, 4]");
  CHECK(tensors_error([](auto& tensors) { tensors.pop_back(); }) == "tensor out.bias is missing");
  CHECK(tensors_error([](auto& tensors) { tensors[2].name = "bias"; }) ==
        "tensor out.bias is missing");
  CHECK(tensors_error([](auto& tensors) {
          tensors.push_back({"more", tapegrad::DType::u8, {0}, nullptr});
        }) == "has 4 tensors, the model 3 parameters");
}

TEST_CASE("a folder without one of the files is an error that names the file") {
  for (const char* file : files) {
    const Saved saved;
    fs::remove(saved.directory / file);
    CHECK_THROWS_AS(load_model(saved.directory.path()), std::system_error);
    CHECK_THROWS_WITH(load_model(saved.directory.path()), Catch::Contains(saved.directory / file));
  }
}

TEST_CASE("a failed saving leaves the older model whole, and nothing else behind") {
  ClassifierModel other = model_of(ModelKind::mean);
  other.labels = {"one", "two"};
  const TemporaryDirectory whole;
  save_model(other, whole / "model");
  for (const char* file : files) {
    const Saved saved;
    {
      const FileSizeLimit limit(fs::file_size(whole / "model/" + file) - 1);
      CHECK_THROWS_AS(save_model(other, saved.directory.path()), std::system_error);
    }
    const ClassifierModel left = load_model(saved.directory.path());
    CHECK(left.config.kind == ModelKind::bag);
    CHECK(left.labels == model_of(ModelKind::bag).labels);
    CHECK(tiny::same_values(tiny::values(left.net), tiny::values(model_of(ModelKind::bag).net)));
    CHECK(entries(saved.directory.path()) == 3);
  }
}

TEST_CASE("a file in the place of the model's folder is an error that names it") {
  const TemporaryDirectory directory;
  const std::string file = directory.file("model", "");
  CHECK_THROWS_AS(save_model(model_of(ModelKind::bag), file), std::system_error);
  CHECK_THROWS_WITH(save_model(model_of(ModelKind::bag), file), Catch::Contains(file));
}
