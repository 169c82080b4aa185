// Models with quantized tables: made, saved, loaded, refused.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/training/safetensors.hpp>
#include <tapegrad/training/smaller_model.hpp>
#include <warnings.hpp>

#include <temporary.hpp>
#include "tiny.hpp"

using tapegrad::ClassifierModel;
using tapegrad::DType;
using tapegrad::FormatError;
using tapegrad::Index;
using tapegrad::ModelKind;
using tapegrad::QuantizedKind;
using tapegrad::RawTensor;
using Json = nlohmann::ordered_json;

namespace {

const QuantizedKind forms[] = {QuantizedKind::float16, QuantizedKind::int8, QuantizedKind::int4};

// A model whose width is odd, for half bytes; a bag has n-grams and Naive-Bayes weights.
ClassifierModel model_of(ModelKind kind, std::size_t width = 5) {
  tapegrad::WordCounts counts;
  for (std::size_t i = 2; i < tiny::words; ++i) counts.add("word" + std::to_string(i));
  ClassifierModel model{
      {.kind = kind, .classes = 2, .hidden = 5, .filter_widths = {2, 4}, .filters = 3},
      {.lowercase = false, .whitespace_only = true},
      tapegrad::Vocabulary(counts),
      {"bad", "good"},
      tiny::classifier(kind, tiny::words, width)};
  if (kind != ModelKind::bag) return model;
  model.config.ngrams = {.order = 2, .min_count = 1};
  model.config.nb_weights = true;
  model.ngrams = tapegrad::Ngrams(
      encode({"word2 word3 word9"}, tapegrad::Tokenizer(model.rules), model.vocabulary),
      model.config.ngrams);
  const auto rows = tiny::words + static_cast<std::size_t>(model.ngrams.size());
  tapegrad::Rng rng(3);
  tapegrad::Array ratios = tapegrad::zeros({rows});
  for (std::size_t i = 1; i < rows; ++i) ratios(i) = 1 / static_cast<tapegrad::Real>(i);
  model.net = make_classifier(model.config, tiny::table(rows, width), rng, ratios);
  return model;
}

// The model with its table as the codes have it, in floats.
ClassifierModel dequantized(const ClassifierModel& model, QuantizedKind kind) {
  ClassifierModel result = model;
  result.net = clone(model.net);
  tapegrad::Parameter table = result.net.table();
  table.assign(dequantize(quantize(table.value(), kind)));
  return result;
}

tapegrad::Array probabilities(const ClassifierModel& model) {
  return predict(model.net, encode(model, {"word2 word3 word9", "word4 word4 word7 nothing", ""}))
      .probabilities;
}

std::string shape_text(const RawTensor& tensor) {
  return to_string(tensor.dtype) + " " +
         tapegrad::to_string(tapegrad::Shape(tensor.shape.begin(), tensor.shape.end()));
}

// The error of loading a model of int8 whose tensors are changed.
template <class Change>
std::string tensors_error(const Change& change, QuantizedKind kind = QuantizedKind::int8) {
  const TemporaryDirectory directory;
  save_model(quantized(model_of(ModelKind::mean), kind), directory.path());
  const std::string path = directory / "model.safetensors";
  {
    const tapegrad::SafetensorsFile file(path);
    std::vector<RawTensor> tensors = file.tensors();
    std::vector<std::string> bytes;
    for (RawTensor& tensor : tensors) {
      bytes.emplace_back(static_cast<const char*>(tensor.data), bytes_of(tensor));
    }
    for (std::size_t i = 0; i < tensors.size(); ++i) tensors[i].data = bytes[i].data();
    change(tensors, bytes);
    write_safetensors(path, tensors);
  }
  const std::string text = error_of<FormatError>([&] { tapegrad::load_model(directory.path()); });
  return text.rfind(path + ": ", 0) == 0 ? text.substr(path.size() + 2) : "wrong: " + text;
}

template <class T>
void put(std::string& bytes, std::size_t place, T number) {
  std::memcpy(bytes.data() + place * sizeof number, &number, sizeof number);
}

std::size_t place_of(const std::vector<RawTensor>& tensors, const std::string& name) {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (tensors[i].name == name) return i;
  }
  FAIL("no tensor " << name);
  return 0;
}

}  // namespace

TEST_CASE("a quantized model predicts what its numbers do, and is loaded as it was saved") {
  for (const ModelKind kind : tiny::kinds) {
    const ClassifierModel model = model_of(kind);
    for (const QuantizedKind form : forms) {
      const ClassifierModel small = quantized(model, form);
      CHECK(same(probabilities(small), probabilities(dequantized(model, form))));
      const TemporaryDirectory directory;
      save_model(small, directory.path());
      const ClassifierModel loaded = tapegrad::load_model(directory.path());
      REQUIRE(loaded.net.quantized() != nullptr);
      CHECK(loaded.net.quantized()->kind() == form);
      CHECK(loaded.net.table_shape() == model.net.table_shape());
      CHECK(same(probabilities(loaded), probabilities(small)));
      CHECK(parameters(loaded.net).size() == parameters(model.net).size() - 1);
      CHECK(loaded.ngrams.size() == model.ngrams.size());
      // What was made of it is a model of its own.
      CHECK(model.net.quantized() == nullptr);
      const TemporaryDirectory again;
      save_model(loaded, again.path());
      for (const char* file : {"config.json", "vocab.txt", "model.safetensors"}) {
        CHECK(tapegrad::read_file(again / file) == tapegrad::read_file(directory / file));
      }
    }
  }
}

TEST_CASE("a quantized table is stored as codes, scales and zero points, and config.json says so") {
  const std::vector<std::string> wanted[] = {{"F16 [20, 5]"},
                                             {"U8 [20, 5]", "F32 [20]", "F32 [20]"},
                                             {"U8 [20, 3]", "F32 [20]", "F32 [20]"}};
  for (std::size_t i = 0; i < 3; ++i) {
    const TemporaryDirectory directory;
    save_model(quantized(model_of(ModelKind::mean), forms[i]), directory.path());
    const tapegrad::SafetensorsFile file(directory / "model.safetensors");
    CHECK(file.tensors().size() == 4 + wanted[i].size());
    const char* const names[] = {"embed.weight", "embed.scale", "embed.zero"};
    for (std::size_t t = 0; t < wanted[i].size(); ++t) {
      REQUIRE(file.find(names[t]) != nullptr);
      CHECK(shape_text(*file.find(names[t])) == wanted[i][t]);
    }
    const Json config = Json::parse(tapegrad::read_file(directory / "config.json"));
    CHECK(config["format_version"] == 4);
    CHECK(config["model"]["quantized"] == to_string(forms[i]));
    CHECK(config["model"]["embedding_dim"] == 5);
  }
}

TEST_CASE("a quantized model cannot be trained, nor quantized again") {
  tapegrad::TextClassifier net = quantized(model_of(ModelKind::mean), QuantizedKind::int8).net;
  const auto data = tiny::problem(20, 1);
  tapegrad::Adam adam(net, {.lr = 0.1});
  const auto before = tiny::values(net);
  CHECK_THAT(error_of<std::logic_error>([&] { fit(net, adam, data, data, {}); }),
             Catch::Contains("the table is quantized (int8); it can classify, but neither be "
                             "trained nor changed"));
  CHECK(tiny::same_values(tiny::values(net), before));
  CHECK_THROWS_AS(net.table(), std::logic_error);
  ClassifierModel model = model_of(ModelKind::mean);
  model.net = net;
  CHECK_THROWS_AS(quantized(model, QuantizedKind::int4), std::logic_error);
  CHECK_THROWS_AS(pruned(model, 5, tapegrad::KeepBy::norm), std::logic_error);
}

TEST_CASE("tensors that are not those of the quantized table are an error") {
  const auto erase = [](const char* name) {
    return [name](auto& tensors, auto&) {
      tensors.erase(tensors.begin() + static_cast<std::ptrdiff_t>(place_of(tensors, name)));
    };
  };
  for (const char* name : {"embed.weight", "embed.scale", "embed.zero", "out.bias"}) {
    CHECK(tensors_error(erase(name)) == std::string("tensor ") + name + " is missing");
  }
  CHECK(tensors_error([](auto& tensors, auto&) {
          tensors[place_of(tensors, "embed.weight")].shape = {5, 20};
        }) == "tensor embed.weight has shape [5, 20], config.json wants [20, 5]");
  CHECK(tensors_error([](auto& tensors, auto&) {
          tensors[place_of(tensors, "embed.weight")].dtype = DType::i8;
        }) == "tensor embed.weight has type I8, config.json wants U8");
  CHECK(tensors_error([](auto& tensors, auto&) {
          tensors[place_of(tensors, "embed.scale")].dtype = DType::i32;
        }) == "tensor embed.scale has type I32, config.json wants F32");
  CHECK(tensors_error([](auto& tensors, auto& bytes) {
          auto& scale = tensors[place_of(tensors, "embed.scale")];
          scale.shape = {19};
          static_cast<void>(bytes);
        }) == "tensor embed.scale has shape [19], config.json wants [20]");
  CHECK(tensors_error([](auto& tensors, auto&) {
          tensors.push_back({"more", DType::u8, {0}, nullptr});
        }) == "has 8 tensors, the model 7 parameters");
}

TEST_CASE("scales, zero points and halves that are not finite are an error that names the row") {
  constexpr float inf = std::numeric_limits<float>::infinity();
  const auto with = [](const char* name, float number) {
    return tensors_error(
        [&](auto& tensors, auto& bytes) { put(bytes[place_of(tensors, name)], 3, number); });
  };
  for (const float bad : {std::nanf(""), inf, -inf, -1.0F, 1e38F}) {
    CHECK_THAT(with("embed.scale", bad), Catch::Contains("row 3 of the table has scale ") &&
                                             Catch::Contains("its numbers are not finite"));
  }
  for (const float bad : {std::nanf(""), inf, -inf}) {
    CHECK_THAT(with("embed.zero", bad), Catch::Contains("row 3 of the table has scale "));
  }
  for (const int bits : {0x7C00, 0xFC00, 0x7E01}) {
    const auto bad = static_cast<std::uint16_t>(bits);
    const std::string error = tensors_error(
        [&](auto& tensors, auto& bytes) {
          put(bytes[place_of(tensors, "embed.weight")], 3 * 5 + 2, bad);
        },
        QuantizedKind::float16);
    CHECK_THAT(error,
               Catch::Contains("row 3 of the table has ") && Catch::Contains(" in column 2"));
  }
}

TEST_CASE("a padding row that is not zero becomes so, with a warning") {
  for (const QuantizedKind form : forms) {
    ClassifierModel model = model_of(ModelKind::cnn);
    tapegrad::Array table = model.net.table().value();
    const ClassifierModel good = quantized(model, form);
    table(0, 1) = 1;
    std::visit([&](auto& each) { each.embed.use_quantized(quantize(table, form)); }, model.net.net);
    const TemporaryDirectory directory;
    save_model(model, directory.path());
    const Warnings warnings;
    const ClassifierModel loaded = tapegrad::load_model(directory.path());
    REQUIRE(warnings.all.size() == 1);
    CHECK_THAT(warnings.all[0], Catch::Contains("the padding row 0 of the table was not zero"));
    CHECK(same(probabilities(loaded), probabilities(good)));
  }
}

TEST_CASE("a form of the table that nobody knows is an error") {
  const TemporaryDirectory directory;
  save_model(quantized(model_of(ModelKind::bag), QuantizedKind::int8), directory.path());
  Json config = Json::parse(tapegrad::read_file(directory / "config.json"));
  config["model"]["quantized"] = "int3";
  directory.file("config.json", config.dump());
  CHECK_THAT(error_of<FormatError>([&] { tapegrad::load_model(directory.path()); }),
             Catch::Contains("config.json: quantized: \"int3\" is not one of float16, int8, int4"));
  // Without saying so, codes are no table.
  config["model"].erase("quantized");
  directory.file("config.json", config.dump());
  CHECK_THAT(error_of<FormatError>([&] { tapegrad::load_model(directory.path()); }),
             Catch::Contains("tensor embed.weight has type U8, expected F64, F32, F16 or BF16"));
}

TEST_CASE("kept vectors that cannot be quantized alike are refused, made and loaded") {
  const auto kept = [](tapegrad::Real x) {
    return tapegrad::KeptVectors{{"new"}, tapegrad::full({1, 5}, x)};
  };
  ClassifierModel model = model_of(ModelKind::mean);
  model.kept = kept(70000);
  CHECK(error_of<std::invalid_argument>([&] { quantized(model, QuantizedKind::float16); }) ==
        "kept vectors: quantize: row 0 has 70000 in column 0, float16 goes up to 65504");
  CHECK(quantized(model, QuantizedKind::int8).kept.words.size() == 1);
  model.kept = kept(1);
  ClassifierModel small = quantized(model, QuantizedKind::int4);
  small.kept = kept(std::numeric_limits<tapegrad::Real>::quiet_NaN());
  const TemporaryDirectory directory;
  save_model(small, directory.path());
  CHECK(error_of<FormatError>([&] { tapegrad::load_model(directory.path()); }) ==
        (directory / "vectors.safetensors") +
            ": kept vectors: quantize: row 0 has nan in column 0, finite numbers are wanted");
}
