#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/recycle.hpp>
#include <tapegrad/training/tensor_memory.hpp>

#include "allocation.hpp"
#include "folders.hpp"

using hostile::Files;
using hostile::Saved;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t megabyte = 1U << 20U;
constexpr tapegrad::DType f32 = tapegrad::DType::f32;

struct Loading {
  std::size_t peak;  // bytes of memory
  std::string error;
};

Loading load(const TemporaryDirectory& directory, const std::string& kind = "bag") {
  Loading loading{0, "nothing was thrown"};
  tapegrad::release_cached_memory();
  loading.peak = allocation::peak_of([&] {
    try {
      hostile::use(kind, directory.path());
    } catch (const std::runtime_error& error) {
      loading.error = std::string(error.what()).substr(0, 300);
    }
  });
  return loading;
}

void write(const TemporaryDirectory& directory, const Files& files) {
  for (const auto& [name, bytes] : files) directory.file(name, bytes);
}

// A file of these tensors whose numbers are a hole, which takes no room on the disk.
void write_hole(const TemporaryDirectory& directory,
                const std::vector<tapegrad::RawTensor>& tensors) {
  Json header = Json::object();
  std::uint64_t end = 0;
  for (const tapegrad::RawTensor& tensor : tensors) {
    const std::uint64_t begin = end;
    end += bytes_of(tensor);
    header[tensor.name] = {{"dtype", to_string(tensor.dtype)},
                           {"shape", tensor.shape},
                           {"data_offsets", {begin, end}}};
  }
  const std::string json = header.dump();
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(json.size() >> (8 * i));
  const std::string path = directory.file("model.safetensors", length + json);
  std::filesystem::resize_file(path, 8 + json.size() + end);
}

// One text of two lists without end, "[[[[...", "[{},{},...".
std::string repeated(const std::string& begin, const std::string& piece, std::size_t bytes) {
  std::string text = begin;
  while (text.size() + piece.size() <= bytes) text += piece;
  return text;
}

}  // namespace

TEST_CASE("loading takes little more than the numbers of the model") {
  const Saved saved = hostile::classifier("bag", tapegrad::ModelKind::bag, {}, 20'000, 50);
  const TemporaryDirectory directory;
  write(directory, saved.files);
  const Loading loading = load(directory);
  CHECK(loading.error == "nothing was thrown");
  CHECK(loading.peak > std::size_t{4} * 20'000 * 50);
  CHECK(loading.peak < 2 * hostile::size_of(saved.files) + 2 * megabyte);
}

TEST_CASE("a vocabulary takes at most a small multiple of its file") {
  // The shortest different words, and the narrowest table.
  const Saved saved =
      hostile::classifier("bag", tapegrad::ModelKind::bag, {.order = 2, .buckets = 1}, 200'000, 1);
  Files files = saved.files;
  std::string words = "<pad>\n<unk>\n";
  for (std::size_t i = 2; i < 200'000; ++i) {
    for (std::size_t rest = i; rest > 0; rest /= 90) words += static_cast<char>('!' + rest % 90);
    words += '\n';
  }
  files["vocab.txt"] = words;
  const TemporaryDirectory directory;
  write(directory, files);
  const Loading loading = load(directory);
  CHECK(loading.error == "nothing was thrown");
  CHECK(loading.peak < 30 * hostile::size_of(files));
}

TEST_CASE("config.json takes at most a small multiple of its size") {
  const Saved saved = hostile::classifier("bag", tapegrad::ModelKind::bag);
  const TemporaryDirectory directory;
  write(directory, saved.files);
  for (const auto& [begin, piece] :
       std::vector<std::pair<std::string, std::string>>{{"", "["},
                                                        {"{\"a\":[", "[],"},
                                                        {"{\"a\":[", "{},"},
                                                        {"{\"a\":[", "0,"},
                                                        {"{\"a\":[", "\"\","},
                                                        {"{\"labels\":[", "[[0]],"},
                                                        {"\"", "a"},
                                                        {"{\"", "a"},
                                                        {"", "{\"a\":"}}) {
    INFO(begin << piece);
    const std::string text = repeated(begin, piece, 2 * megabyte);
    directory.file("config.json", text);
    const Loading loading = load(directory);
    CHECK(loading.error != "nothing was thrown");
    CHECK(loading.peak < 40 * text.size());
  }
  // Each width would want two tensors of its own.
  const std::string widths =
      R"({"format_version":3,"labels":["a","b"],"tokenizer":{"version":1,"lowercase":true,)"
      R"("whitespace_only":true},"model":{"kind":"cnn","vocabulary_size":20,"embedding_dim":4,)"
      R"("classes":2,"dropout":0,"filters":1,"filter_widths":[1)";
  const std::string cnn = repeated(widths, ",1", 2 * megabyte) + "]}}";
  directory.file("config.json", cnn);
  const Loading many = load(directory);
  CHECK_THAT(many.error, Catch::EndsWith(" are given, must be 1000 or fewer"));
  CHECK(many.peak < 40 * cnn.size());
  std::string names = "{";
  for (int i = 0; i < 200'000; ++i) names += fmt::format("\"{}\":0,", i);
  directory.file("config.json", names);
  CHECK(load(directory).peak < 40 * names.size());
}

TEST_CASE("a config.json longer than it may be is not read") {
  const Saved saved = hostile::classifier("bag", tapegrad::ModelKind::bag);
  const TemporaryDirectory directory;
  write(directory, saved.files);
  std::filesystem::resize_file(directory / "config.json", 1U << 30U);
  const Loading loading = load(directory);
  CHECK_THAT(loading.error, Catch::EndsWith("has 1073741824 bytes, expected at most 16777216"));
  CHECK(loading.peak < megabyte);
}

TEST_CASE("files larger than the memory are refused before they are read") {
  const Saved saved = hostile::classifier("bag", tapegrad::ModelKind::bag);
  const TemporaryDirectory directory;
  write(directory, saved.files);
  // Most of it is a hole, which takes no room on the disk.
  std::filesystem::resize_file(directory / "vocab.txt", std::uintmax_t{1} << 42U);
  const Loading words = load(directory);
  CHECK_THAT(words.error, Catch::Contains("vocab.txt: has 4398046511104 bytes, "));
  CHECK(words.peak < megabyte);

  write(directory, saved.files);
  Json config = Json::parse(saved.files.at("config.json"));
  config["model"]["embedding_dim"] = 2'000'000'000;
  config["model"]["ngrams"] = {
      {"order", 2}, {"min_count", 1}, {"buckets", 980}, {"distinct", false}};
  directory.file("config.json", config.dump());
  write_hole(directory, {{"embed.weight", f32, {1000, 2'000'000'000}},
                         {"out.weight", f32, {2, 2'000'000'000}},
                         {"out.bias", f32, {2}}});
  const Loading numbers = load(directory);
  CHECK_THAT(numbers.error,
             Catch::Contains("model.safetensors: loading takes 8032000000008 bytes, "));
  CHECK(numbers.peak < megabyte);
}

TEST_CASE("layers larger than the memory are refused before they are made") {
  const TemporaryDirectory directory;
  const Saved mean = hostile::classifier("mean", tapegrad::ModelKind::mean);
  write(directory, mean.files);
  Json config = Json::parse(mean.files.at("config.json"));
  config["model"]["hidden"] = 1'000'000'000;
  config["model"]["embedding_dim"] = 1000;
  directory.file("config.json", config.dump());
  write_hole(directory, {{"embed.weight", f32, {20, 1000}},
                         {"hidden.weight", f32, {1'000'000'000, 1000}},
                         {"hidden.bias", f32, {1'000'000'000}},
                         {"out.weight", f32, {2, 1'000'000'000}},
                         {"out.bias", f32, {2}}});
  const Loading hidden = load(directory);
  CHECK_THAT(hidden.error,
             Catch::Contains("model.safetensors: loading takes 8012000080008 bytes, "));
  CHECK(hidden.peak < megabyte);

  const Saved seq2seq = hostile::all_kinds().back();
  write(directory, seq2seq.files);
  config = Json::parse(seq2seq.files.at("config.json"));
  config["model"]["dim_feedforward"] = 2'000'000'000;
  directory.file("config.json", config.dump());
  std::vector<tapegrad::RawTensor> tensors =
      tapegrad::SafetensorsFile(directory / "model.safetensors").tensors();
  for (tapegrad::RawTensor& tensor : tensors) {
    if (tensor.name.find("linear1.weight") != std::string::npos) tensor.shape[0] = 2'000'000'000;
  }
  write_hole(directory, tensors);
  const Loading layers = load(directory, "seq2seq");
  CHECK_THAT(layers.error, Catch::Contains("model.safetensors: loading takes "));
  CHECK(layers.peak < megabyte);
}

TEST_CASE("tensors fit into memory if they do as floats, the largest twice unless it is moved") {
  const TemporaryDirectory directory;
  write_hole(directory, {{"table", tapegrad::DType::f16, {100, 10}},
                         {"codes", tapegrad::DType::u8, {300}},
                         {"numbers", tapegrad::DType::f64, {7}}});
  const tapegrad::SafetensorsFile file(directory / "model.safetensors");
  const auto error = [&](const char* moved, std::uint64_t available) {
    return error_of<std::runtime_error>([&] { check_memory(file, moved, 50, available); });
  };
  CHECK(error("", 50 + 2 * 4000 + 300 + 28) == "nothing was thrown");
  CHECK(error("", 50 + 2 * 4000 + 300 + 27) ==
        file.path() + ": loading takes 8378 bytes, 8377 are available in memory");
  CHECK(error("table", 50 + 4000 + 2 * 300 + 28) == "nothing was thrown");
  CHECK(error("table", 50 + 4000 + 2 * 300 + 27) ==
        file.path() + ": loading takes 4678 bytes, 4677 are available in memory");
}

TEST_CASE("a header of tensors takes at most a small multiple of its size") {
  const Saved saved = hostile::classifier("bag", tapegrad::ModelKind::bag);
  const TemporaryDirectory directory;
  write(directory, saved.files);
  std::string many = "{";
  for (int i = 0; i < 30'000; ++i) {
    many += fmt::format(R"("{}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}},)", i);
  }
  many.back() = '}';
  for (const std::string& header :
       {many, repeated(R"({"a":{"shape":[)", "0,", megabyte), repeated("{\"", "a", megabyte),
        repeated(R"({"__metadata__":{)", R"("":"",)", megabyte)}) {
    INFO(header.substr(0, 60));
    std::string bytes(8, '\0');
    for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(header.size() >> (8 * i));
    directory.file("model.safetensors", bytes + header);
    const Loading loading = load(directory);
    CHECK_THAT(loading.error, Catch::Contains("model.safetensors: "));
    CHECK(loading.peak < 15 * header.size() + megabyte);
  }
}
