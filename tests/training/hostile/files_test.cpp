#include <fmt/format.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/log.hpp>
#include <warnings.hpp>

#include "folders.hpp"

namespace fs = std::filesystem;
using hostile::Saved;
using tapegrad::FormatError;
using Json = nlohmann::ordered_json;
using namespace std::string_literals;

namespace {

void write(const TemporaryDirectory& directory, const Saved& saved) {
  for (const auto& [name, bytes] : saved.files) directory.file(name, bytes);
}

// The message of a bag with one file changed, behind the name of its folder.
std::string error_with(const std::string& name, const std::string& bytes) {
  static const Saved saved = hostile::classifier("bag", tapegrad::ModelKind::bag);
  const TemporaryDirectory directory;
  write(directory, saved);
  directory.file(name, bytes);
  const std::string text = error_of<FormatError>([&] { tapegrad::load_model(directory.path()); });
  return text.substr(std::min(text.size(), directory.path().size() + 1));
}

std::string error_with_config(const std::string& place, const Json& value) {
  static const Saved saved = hostile::classifier("bag", tapegrad::ModelKind::bag);
  Json json = Json::parse(saved.files.at("config.json"));
  json[Json::json_pointer(place)] = value;
  return error_with("config.json", json.dump());
}

// What loading says when `spoil` has changed the path of one file.
template <class Spoil>
std::string error_of_path(const Saved& saved, const std::string& name, Spoil spoil) {
  const TemporaryDirectory directory;
  write(directory, saved);
  spoil(fs::path(directory / name));
  const std::string text =
      error_of<FormatError>([&] { hostile::use(saved.kind, directory.path()); });
  const std::string begin = (directory / name) + ": ";
  return text.rfind(begin, 0) == 0 ? text.substr(begin.size()) : "wrong file: " + text;
}

}  // namespace

TEST_CASE(
    "a file that is a link leading out of the folder, a directory, a pipe or a device is refused") {
  const std::string no_file = "is no file on a disk but a directory, a pipe or a device";
  for (const Saved& saved : hostile::all_kinds()) {
    for (const auto& [name, bytes] : saved.files) {
      INFO(saved.kind << ", " << name);
      const TemporaryDirectory outside;
      const std::string target = outside.file("secret", bytes);
      CHECK(error_of_path(saved, name, [&](const fs::path& path) {
              fs::remove(path);
              fs::create_symlink(target, path);
            }) == "is a link to " + fs::canonical(target).string() + ", outside of the folder");
      CHECK(error_of_path(saved, name, [&](const fs::path& path) {
              fs::remove(path);
              fs::create_directory(path);
            }) == no_file);
      CHECK(error_of_path(saved, name, [&](const fs::path& path) {
              fs::remove(path);
              REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
            }) == no_file);
      CHECK_THAT(error_of_path(saved, name,
                               [&](const fs::path& path) {
                                 fs::remove(path);
                                 fs::create_symlink("/dev/zero", path);
                               }),
                 Catch::Contains("/dev/zero, outside of the folder"));
    }
  }
}

TEST_CASE("links within the folder, and to the folder, are fine; a folder beside it is outside") {
  const Saved saved = hostile::classifier("bag", tapegrad::ModelKind::bag);
  const TemporaryDirectory directory;
  for (const auto& [name, bytes] : saved.files) {
    directory.file("model/blobs/" + name, bytes);
    fs::create_symlink("blobs/" + name, directory / ("model/" + name));
  }
  hostile::use("bag", directory / "model");
  hostile::use("bag", directory / "model/");
  fs::create_directory_symlink(directory / "model", directory / "link");
  hostile::use("bag", directory / "link");
  // Its name begins like the folder's.
  fs::rename(directory / "model/blobs", directory / "model-blobs");
  fs::create_directory_symlink("../model-blobs", directory / "model/blobs");
  CHECK_THROWS_WITH(hostile::use("bag", directory / "model"),
                    Catch::EndsWith("outside of the folder"));
}

TEST_CASE("links that lead nowhere or in circles are errors that name the file") {
  const Saved saved = hostile::classifier("bag", tapegrad::ModelKind::bag);
  for (const char* target : {"vocab.txt", "nowhere"}) {
    const TemporaryDirectory directory;
    write(directory, saved);
    fs::remove(directory / "vocab.txt");
    fs::create_symlink(target, directory / "vocab.txt");
    CHECK_THROWS_AS(hostile::use("bag", directory.path()), std::system_error);
    CHECK_THROWS_WITH(hostile::use("bag", directory.path()),
                      Catch::StartsWith((directory / "vocab.txt") + ": cannot read"));
  }
  CHECK_THROWS_WITH(hostile::use("bag", "/nowhere"), Catch::StartsWith("/nowhere: cannot read"));
}

TEST_CASE("a vocabulary that is none is an error that names the line") {
  const auto error = [](const std::string& words) {
    // As many lines as config.json says.
    std::string text = words;
    for (auto i = std::count(text.begin(), text.end(), '\n'); i < 20; ++i) {
      text += fmt::format("w{}\n", i);
    }
    return error_with("vocab.txt", text);
  };
  CHECK(error("<pad>\n<unk>\na\0b\n"s) == "vocab.txt:3: has a NUL");
  CHECK(error("<pad>\n<unk>\na\n\xff\n") ==
        "vocab.txt:4: expected UTF-8, found bytes that are not");
  CHECK(error("<pad>\n<unk>\na\n\xed\xa0\x80\n") ==
        "vocab.txt:4: expected UTF-8, found bytes that are not");
  CHECK(error("<pad>\n<unk>\na\nb\na\n") == "vocab.txt:5: the word \"a\" stands on line 3 already");
  CHECK(error("<unk>\n<pad>\n") == "vocab.txt:1: expected <pad>, found \"<unk>\"");
  CHECK(error("<pad>\n<unk>\n\n") == "vocab.txt:3: expected a word, found an empty line");
  CHECK(error_with("vocab.txt", "") == "vocab.txt: is empty");
}

TEST_CASE("labels that are none are an error that counts them") {
  const auto error = [](const std::vector<std::string>& labels) {
    return error_with_config("/labels", labels);
  };
  CHECK(error({"a", "a"}) == "config.json: labels: label 2 came before");
  CHECK(error({"", "a"}) == "config.json: labels: label 1 is empty");
  CHECK(error({"a", "b\nc"}) == "config.json: labels: label 2 has a control character");
  CHECK(error({"a", "b\tc"}) == "config.json: labels: label 2 has a control character");
  CHECK(error_with_config("/labels", {"a", 5}) ==
        "config.json: labels is 5, must be a list of texts");
}

TEST_CASE("numbers of config.json that are negative, huge or no numbers are errors that say so") {
  CHECK(error_with_config("/model/embedding_dim", -4) ==
        "config.json: embedding_dim is -4, must be a whole number, 1 or more");
  CHECK(error_with_config("/model/embedding_dim", 18'446'744'073'709'551'615U) ==
        "config.json: embedding_dim is 18446744073709551615, must be a whole number, 2147483647 "
        "or less");
  CHECK(error_with_config("/model/embedding_dim", 4.0) ==
        "config.json: embedding_dim is 4.0, must be a whole number, 1 or more");
  CHECK(error_with_config("/model/dropout", "0.5") ==
        "config.json: dropout is \"0.5\", must be in [0, 1]");
  CHECK(error_with_config("/model/nb_weights", 1) ==
        "config.json: nb_weights is 1, must be true or false");
  CHECK_THAT(error_with_config("/model/kind", std::string(1000, 'k')),
             Catch::EndsWith("must be a short text"));
  CHECK(error_with_config("/tokenizer", Json::array()) ==
        "config.json: tokenizer is [], must be an object");
  CHECK(error_with_config("/format_version", 0) ==
        "config.json: format_version is 0, must be a whole number, 1 or more");
  const Json ngrams = {{"order", 101}, {"min_count", 1}, {"buckets", 5}, {"distinct", false}};
  CHECK(error_with_config("/model/ngrams", ngrams) ==
        "config.json: ngrams: order is 101, expected 100 or less");
}

TEST_CASE("a config.json that is nested too deep, names a value twice or is none is refused") {
  CHECK(error_with("config.json", std::string(1'000'000, '[')) ==
        "config.json: is nested more than 8 deep");
  CHECK(error_with("config.json", R"({"model":{"kind":"bag","kind":"mean"}})") ==
        "config.json: names \"kind\" twice");
  CHECK(error_with("config.json", R"({"a":{"kind":1},"b":{"kind":1}})") ==
        "config.json: format_version is missing");
  CHECK(error_with("config.json", "[]") == "config.json: is no JSON object");
  CHECK(error_with("config.json", "{}\0garbage"s) == "config.json: has a NUL at byte 2");
  CHECK_THAT(error_with("config.json", fmt::format("{{\"a\":{}", std::string(10'000, 'x'))),
             Catch::Contains("is no valid JSON: invalid literal; last read: "));
  CHECK(error_with("config.json", std::string(10'000, '"')).size() < 300);
}

TEST_CASE("a row of padding that is not zero becomes zero, as in a pretrained table") {
  Saved saved = hostile::classifier("cnn", tapegrad::ModelKind::cnn);
  std::string& bytes = saved.files["model.safetensors"];
  const std::size_t data = 8 + static_cast<unsigned char>(bytes[0]) +
                           256 * static_cast<std::size_t>(static_cast<unsigned char>(bytes[1]));
  bytes[data + 3] = '\x3f';  // the table comes first
  const TemporaryDirectory directory;
  write(directory, saved);
  const Warnings warnings;
  const auto model = tapegrad::load_model(directory.path());
  REQUIRE(warnings.all.size() == 1);
  CHECK_THAT(warnings.all[0], Catch::Contains("padding row 0"));
  CHECK(model.net.table().value()(0, 0) == 0);
}
