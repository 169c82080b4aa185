// The file of a checkpoint: what is in it, and what happens when it is damaged.
#include <catch2/catch.hpp>
#include <filesystem>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/training/checkpoints.hpp>
#include <tapegrad/training/epoch_state.hpp>

#include <file_size_limit.hpp>
#include <temporary.hpp>
#include "tiny.hpp"

namespace tg = tapegrad;
namespace fs = std::filesystem;
using tg::Checkpoints;
using tg::FitOptions;

namespace {

// Trains a little; with a file in the folder it goes on from there.
void train(Checkpoints& checkpoints) {
  auto model = tiny::classifier(tg::ModelKind::bag);
  tg::Adam adam(model, {.lr = 0.05});
  FitOptions options;
  options.epochs = 3;
  options.batch_size = 4;
  options.checkpoints = &checkpoints;
  tg::fit(model, adam, tiny::problem(20, 1), tiny::problem(6, 2), options);
}

// A checkpoint of the fifteen steps of that, written behind step 12.
std::string checkpoint(const TemporaryDirectory& directory) {
  Checkpoints checkpoints({.folder = directory.path(), .every = 12});
  train(checkpoints);
  return checkpoints.path();
}

void go_on(const TemporaryDirectory& directory) {
  Checkpoints checkpoints({.folder = directory.path(), .every = 1000, .resume = true});
  train(checkpoints);
}

void replace(std::string& bytes, const std::string& from, const std::string& to) {
  const std::size_t at = bytes.find(from);
  REQUIRE(at != std::string::npos);
  REQUIRE(from.size() == to.size());
  bytes.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a checkpoint is one safetensors file with PyTorch's names, and JSON beside") {
  const TemporaryDirectory directory;
  const tg::SafetensorsFile file(checkpoint(directory));
  for (const std::string name :
       {"model.embed.weight", "model.out.weight", "model.out.bias", "best.embed.weight",
        "best.out.weight", "best.out.bias", "optimizer.exp_avg.embed.weight",
        "optimizer.exp_avg_sq.embed.weight", "optimizer.exp_avg.out.bias"}) {
    INFO(name);
    REQUIRE(file.find(name) != nullptr);
    CHECK(file.find(name)->dtype == tg::DType::f32);
  }
  CHECK(file.find("optimizer.exp_avg.embed.weight")->shape == std::vector<std::size_t>{20, 4});
  REQUIRE(file.find("optimizer.settled.embed.weight") != nullptr);
  CHECK(file.find("optimizer.settled.embed.weight")->dtype == tg::DType::u32);
  CHECK(file.find("optimizer.rates.embed.weight")->shape == std::vector<std::size_t>{2});
  CHECK(file.find("optimizer.settled.out.weight") == nullptr);
  CHECK(file.metadata().at("format_version") == "1");
  CHECK(file.metadata().at("training").starts_with("{\"identity\":{\"epochs\":\"3\","));
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(directory.path())) files += entry.exists();
  CHECK(files == 1);
}

TEST_CASE("a folder with a checkpoint is not written over, only resumed") {
  const TemporaryDirectory directory;
  const std::string path = checkpoint(directory);
  const std::string bytes = tg::read_file(path);
  CHECK(error_of<std::invalid_argument>([&] { Checkpoints({.folder = directory.path()}); }) ==
        path + ": is the checkpoint of another training; resume that, or remove it to begin anew");
  CHECK(tg::read_file(path) == bytes);
}

TEST_CASE("one process at a time writes checkpoints into a folder") {
  const TemporaryDirectory directory;
  const Checkpoints first({.folder = directory / "a"});
  CHECK(error_of<std::runtime_error>([&] { Checkpoints({.folder = directory / "a"}); }) ==
        directory / "a" + ": another process is writing its checkpoints there");
}

TEST_CASE("a checkpoint that cannot be written leaves the one before") {
  const TemporaryDirectory directory;
  const std::string path = checkpoint(directory);
  const std::string bytes = tg::read_file(path);
  Checkpoints checkpoints({.folder = directory.path(), .every = 1, .resume = true});
  const FileSizeLimit limit(bytes.size() - 1);
  CHECK_THROWS_AS(train(checkpoints), std::system_error);
  CHECK(tg::read_file(path) == bytes);
}

TEST_CASE("a checkpoint is read without its options and data, into a model and an optimizer") {
  const TemporaryDirectory directory;
  const std::string path = checkpoint(directory);
  auto model = tiny::classifier(tg::ModelKind::bag);
  tg::Adam adam(model, {});
  tg::read_checkpoint(path, tg::parameters(model), adam);
  CHECK(adam.steps() == 12);
  CHECK(adam.lr() == 0.05);
  CHECK(adam.state(model.table()).steps == 12);
  const tg::SafetensorsFile file(path);
  CHECK(same_bits(model.table().leaf()->stored, file.array(*file.find("model.embed.weight"))));
  auto other = tiny::classifier(tg::ModelKind::mean);
  tg::Adam others(other, {});
  CHECK(error_of<tg::FormatError>([&] {
          tg::read_checkpoint(path, tg::parameters(other), others);
        }) == path + ": tensor best.hidden.weight is missing");
}

TEST_CASE("every truncation of a checkpoint is an error") {
  const TemporaryDirectory directory;
  const std::string path = checkpoint(directory);
  const std::string bytes = tg::read_file(path);
  for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 97) {
    directory.file("checkpoint.safetensors", bytes.substr(0, size));
    INFO(size << " bytes of " << bytes.size());
    CHECK_THROWS_AS(go_on(directory), tg::FormatError);
  }
}

TEST_CASE("a bit that flips gives an error or a training, no crash") {
  const TemporaryDirectory directory;
  const std::string path = checkpoint(directory);
  const std::string bytes = tg::read_file(path);
  tg::Rng rng(5);
  for (int i = 0; i < 300; ++i) {
    std::string damaged = bytes;
    char& byte = damaged[rng.below(bytes.size())];
    byte = static_cast<char>(byte ^ static_cast<char>(1U << rng.below(8)));
    directory.file("checkpoint.safetensors", damaged);
    try {
      go_on(directory);
    } catch (const std::exception&) {
    }
  }
}

TEST_CASE("a checkpoint whose parts do not fit each other is refused, naming the place") {
  const TemporaryDirectory directory;
  const std::string path = checkpoint(directory);
  const std::string bytes = tg::read_file(path);
  const auto error = [&](const std::string& from, const std::string& to) {
    std::string damaged = bytes;
    replace(damaged, from, to);
    directory.file("checkpoint.safetensors", damaged);
    std::string text = error_of<tg::FormatError>([&] { go_on(directory); });
    REQUIRE(text.starts_with(path + ": "));
    return text.substr(path.size() + 2);
  };
  CHECK(error(R"(\"epoch\":3)", R"(\"epoch\":9)") == "training.epoch: 9 is not in [1, 3]");
  CHECK(error(R"(\"epoch\":3)", R"(\"epoch\":2)") ==
        "training.result: 2 finished epochs in epoch 2");
  CHECK(error(R"(\"batch\":2,)", R"(\"batch\":7,)") ==
        "training: batch 7 of 5 in epoch 3 is said to be step 12");
  CHECK(error(R"(\"step\":12)", R"(\"step\":13)") ==
        "training: batch 2 of 5 in epoch 3 is said to be step 13");
  CHECK(error(R"(\"best_epoch\":)", R"(\"best_epohc\":)") ==
        "training.result: best_epoch is missing");
  CHECK(error(R"(\"lagging\":true)", R"(\"lagging\":1234)") ==
        "training.optimizer.parameters.embed.weight.lagging: expected true or false");
  CHECK(error(R"(\"lr_factor\":1.0)", R"(\"lr_factor\":-10)") ==
        "Adam: the factor of lr is -10, must be finite and 0 or more");
  CHECK(error("optimizer.exp_avg.embed.weight", "optimizer.exp_avg.embed.height") ==
        "tensor optimizer.exp_avg.embed.weight is missing");
  CHECK(error("\"format_version\":\"1\"", "\"format_version\":\"2\"") ==
        "the checkpoint has format_version 2, this program knows 1");
}
