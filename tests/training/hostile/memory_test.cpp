#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/recycle.hpp>

#include "allocation.hpp"
#include "folders.hpp"

using hostile::Files;
using hostile::Saved;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t megabyte = 1U << 20U;

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
  CHECK(loading.peak > 4 * 20'000 * 50);
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
  const std::string header =
      R"({"embed.weight":{"dtype":"F32","shape":[1000,2000000000],"data_offsets":[0,8000000000000]},)"
      R"("out.weight":{"dtype":"F32","shape":[2,2000000000],)"
      R"("data_offsets":[8000000000000,8016000000000]},)"
      R"("out.bias":{"dtype":"F32","shape":[2],"data_offsets":[8016000000000,8016000000008]}})";
  std::string length(8, '\0');
  length[0] = static_cast<char>(header.size() & 0xFFU);
  length[1] = static_cast<char>(header.size() >> 8U);
  directory.file("model.safetensors", length + header);
  std::filesystem::resize_file(directory / "model.safetensors",
                               8 + header.size() + 8'016'000'000'008);
  const Loading numbers = load(directory);
  CHECK_THAT(numbers.error, Catch::StartsWith("load_model: a table of 1000 x 2000000000 values"));
  CHECK(numbers.peak < megabyte);
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
