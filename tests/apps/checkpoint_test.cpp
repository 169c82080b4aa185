// Programs that are killed and go on.
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <random>
#include <tapegrad/core/rng.hpp>
#include <thread>

#include "comparable.hpp"
#include "made_up.hpp"
#include "program.hpp"

using Catch::Contains;
using tapegrad::read_file;

namespace {

using Words = std::vector<std::string>;

Words operator+(Words a, const Words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// The outputs of a program in a folder of their own.
struct Outputs {
  TemporaryDirectory directory;
  Words options = {"--quiet",       "--json",        directory / "record.json", "--out",
                   directory / "m", "--predictions", directory / "said.tsv"};
};

// The record without what may differ, and the bytes of everything else.
Words contents(const Outputs& outputs) {
  Words all = {comparable(outputs.directory / "record.json"),
               read_file(outputs.directory / "said.tsv")};
  for (const auto& entry : std::filesystem::directory_iterator(outputs.directory / "m")) {
    all.push_back(read_file(entry.path().string()));
  }
  return all;
}

// Kills a program with these options five times, at any moment, and lets it end the sixth time; the
// outputs must be those of one that was never stopped.
void check_killed(const std::string& program, const Words& options) {
  Outputs whole, parts;
  const auto start = std::chrono::steady_clock::now();
  REQUIRE(run(program, options + whole.options).code == 0);
  const std::chrono::duration<double> needed = std::chrono::steady_clock::now() - start;

  const Words resumed = options + parts.options +
                        Words{"--resume", parts.directory / "ckpt", "--checkpoint-every", "7"};
  tapegrad::Rng rng(std::random_device{}());
  int killed = 0;
  for (int i = 0; i < 5; ++i) {
    Running process(program, resumed);
    std::this_thread::sleep_for(needed * rng.uniform(0.05, 0.6));
    process.send(SIGKILL);
    const Finished finished = process.finish();
    killed += finished.code == 128 + SIGKILL ? 1 : 0;
    CHECK((finished.code == 0 || finished.code == 128 + SIGKILL));
  }
  CHECK(killed > 0);
  const Finished finished = run(program, resumed);
  INFO(finished.err);
  CHECK(finished.code == 0);
  CHECK(contents(parts) == contents(whole));
}

}  // namespace

TEST_CASE("train_sentiment, killed at any moment and resumed, writes what one never stopped does") {
  check_killed("train_sentiment", {"--epochs", "4", "--seeds", "2", "--embeddings",
                                   "frozen,finetune,thaw:2,newwords:1"});
}

TEST_CASE("train_seq2seq, killed at any moment and resumed, writes what one never stopped does") {
  check_killed("train_seq2seq",
               {"--below", "1000", "--numbers", "300", "--d-model", "16", "--feedforward", "32",
                "--heads", "2", "--epochs", "3", "--batch", "16"});
}

TEST_CASE("an interrupted training says how to go on, and does") {
  const MadeUp files;
  Outputs whole, parts;
  const Words options = files.arguments(
      {"--epochs", "4000", "--embeddings", "finetune", "--seeds", "1", "--patience", "3000"});
  const std::string folder = parts.directory / "ckpt";
  Running process("train_sentiment", options + Words{"--checkpoint", folder}, {},
                  Running::Errors::terminal);
  REQUIRE(process.shows_second_epoch());
  process.send(SIGINT);
  const Finished finished = process.finish();
  CHECK(finished.code == 130);
  CHECK_THAT(finished.err, Contains("interrupted; the figures are those of the finished epochs; to "
                                    "go on: the same options with --resume " +
                                    folder));
  const Finished again =
      run("train_sentiment", options + parts.options + Words{"--resume", folder});
  CHECK(again.code == 0);
  CHECK(again.err.empty());  // --quiet
  REQUIRE(run("train_sentiment", options + whole.options).code == 0);
  CHECK(contents(parts) == contents(whole));
}

TEST_CASE("options of checkpoints that make no sense are refused") {
  const MadeUp files;
  const TemporaryDirectory directory;
  const std::string folder = directory / "ckpt";
  const auto complaint = [&](const Words& more) {
    const Finished finished = run("train_sentiment", files.arguments(more) + Words{"--quiet"});
    CHECK(finished.code == 2);
    CHECK(finished.out.empty());
    return finished.err;
  };
  CHECK_THAT(complaint({"--checkpoint-every", "3"}),
             Contains("--checkpoint-every: needs --checkpoint DIR or --resume DIR"));
  CHECK_THAT(complaint({"--checkpoint", folder, "--resume", folder}),
             Contains("--checkpoint and --resume: --resume DIR alone goes on from DIR"));
  CHECK_FALSE(std::filesystem::exists(folder));

  const Finished first =
      run("train_sentiment", files.arguments({"--resume", folder, "--checkpoint-every", "20"}));
  CHECK(first.code == 0);
  CHECK_THAT(first.err, Contains(folder + ": holds no checkpoint yet, beginning anew\n"));
  const std::string bytes = read_file(folder + "/checkpoint.safetensors");
  CHECK_THAT(complaint({"--checkpoint", folder}),
             Contains(folder + "/checkpoint.safetensors: is the checkpoint of another training"));
  CHECK_THAT(complaint({"--resume", folder, "--batch", "4", "--lr", "0.5"}),
             Contains("is the checkpoint of another training: lr was the default, is 0.5; batch "
                      "was 8, is 4; resume with the same options"));
  CHECK_THAT(complaint({"--resume", folder, "--epochs", "900"}),
             Contains("hint: a training cannot be made longer or changed; another --resume DIR"));
  CHECK(read_file(folder + "/checkpoint.safetensors") == bytes);
}

TEST_CASE("a damaged checkpoint is an error, and stays for who wants to look at it") {
  const MadeUp files;
  const TemporaryDirectory directory;
  const std::string damaged = directory.file("ckpt/checkpoint.safetensors", "half a check");
  const Finished finished =
      run("train_sentiment", files.arguments({"--resume", directory / "ckpt"}));
  CHECK(finished.code == 1);
  CHECK_THAT(finished.err, Contains("error: " + damaged + ": "));
  CHECK(read_file(damaged) == "half a check");
}

// The linear layer alone bears a learning rate as large, a table beneath it does not.
TEST_CASE("a training that diverges saves the best model so far, and leaves other outputs alone") {
  const MadeUp files;
  const Outputs outputs;
  const std::string record = outputs.directory.file("record.json", "of an earlier training");
  const Words options = files.arguments(
      {"--optimizer", "sgd", "--lr", "1e18", "--embeddings", "frozen,finetune", "--seeds", "1"});
  const Finished finished = run("train_sentiment", options + outputs.options);
  CHECK(finished.code == 1);
  CHECK_THAT(finished.out, Contains("frozen") && Contains("test accuracy"));
  CHECK_THAT(finished.err,
             Contains("error: finetune, seed 1: training diverged in epoch 1, batch ") &&
                 Contains("; the best model so far (frozen, seed 1) is saved in " +
                          (outputs.directory / "m")));
  CHECK(std::filesystem::exists(outputs.directory / "m/model.safetensors"));
  CHECK(read_file(record) == "of an earlier training");
  CHECK_FALSE(std::filesystem::exists(outputs.directory / "said.tsv"));
}
