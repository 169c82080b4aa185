#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/training/model_folder.hpp>

#include <temporary.hpp>

using tapegrad::read_file;
using Json = nlohmann::json;

namespace {

std::string from_hexadecimal(const std::string& digits) {
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

std::string lines(const Json& words) {
  std::string text;
  for (const std::string word : words) text += word + "\n";
  return text;
}

}  // namespace

TEST_CASE("folders made in PyTorch, in floats of each type, give PyTorch's logits") {
  // Written by pytorch_folders.py.
  const Json folders =
      Json::parse(read_file(TAPEGRAD_SOURCE_DIR "/tests/training/pytorch_folders.json"));
  CHECK(folders.size() == 6);
  for (const auto& [name, folder] : folders.items()) {
    const TemporaryDirectory directory;
    directory.file("config.json", folder["config"].dump());
    directory.file("vocab.txt", lines(folder["words"]));
    directory.file("model.safetensors", from_hexadecimal(folder["model.safetensors"]));
    const auto model = tapegrad::load_model(directory.path());
    const std::vector<std::string> texts = folder["texts"];
    const auto encoded = encode(model, texts);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      INFO(name << ": " << texts[i]);
      const auto logits = model.net(encoded, {static_cast<tapegrad::Index>(i)}, {}).value();
      for (std::size_t k = 0; k < 2; ++k) {
        CHECK(logits(0, k) == Approx(folder["logits"][i][k].get<double>()).margin(1e-6));
      }
    }
  }
}
