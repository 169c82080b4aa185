// Ctrl-C before there is anything to keep.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "programs.hpp"

using Strings = std::vector<std::string>;

namespace {

// Starts a program that will wait for a pipe, and interrupts it; its errors.
std::string interrupted(const std::string& program, const Strings& arguments, int signal) {
  Running waiting(program, arguments);
  const auto pause = [] { std::this_thread::sleep_for(std::chrono::milliseconds(300)); };
  for (int i = 0; i < 100 && !waiting.catches(signal); ++i) pause();
  pause();
  waiting.send(signal);
  const Finished done = waiting.finish();
  CHECK(done.code == 130);
  CHECK(done.out.empty());
  return done.err;
}

}  // namespace

TEST_CASE("the first Ctrl-C ends a program that waits for a pipe which nobody writes to") {
  const SmallRuns small;
  const std::string pipe = small.files.directory / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  for (const int signal : {SIGINT, SIGTERM}) {
    CHECK(interrupted("train_sentiment", {"--train", pipe, "--embeddings", "random"}, signal) ==
          "interrupted\n");
  }
  CHECK(interrupted("train_seq2seq", {"--train", pipe}, SIGINT) == "interrupted\n");
  CHECK(interrupted("quantize",
                    {small.model, "--to", "int8", "--out", small.out, "--test", pipe, "--form",
                     "label-text"},
                    SIGINT) == "interrupted\n");
  CHECK(interrupted("similar_words", {pipe, "film"}, SIGINT) == "interrupted\n");
  interrupted("classify", {small.model, pipe}, SIGINT);
}

TEST_CASE("the first Ctrl-C ends a program that waits for more to read") {
  const TemporaryDirectory directory;
  const std::string pipe = directory / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const int writer = ::open(pipe.c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(::write(writer, "good film\n", 10) == 10);
  CHECK(interrupted("train_sentiment", {"--train", pipe, "--embeddings", "random"}, SIGINT) ==
        "interrupted\n");
  ::close(writer);
}

TEST_CASE("a pipe is read from its first writer to its last") {
  const SmallRuns small;
  const std::string pipe = small.files.directory / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    const int file = ::open(pipe.c_str(), O_WRONLY | O_CLOEXEC);
    CHECK(::write(file, "fine film\n", 10) == 10);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    CHECK(::write(file, "dull film\n", 10) == 10);
    ::close(file);
  });
  const Finished done = run("classify", {small.model, "--output", "plain", pipe});
  writer.join();
  CHECK(done.code == 0);
  CHECK(done.out == run("classify", {small.model, "--output", "plain", small.words}).out);
}

TEST_CASE("Ctrl-C in the first epoch leaves the older model alone") {
  const SmallRuns small;
  const std::string weights = small.model + "/model.safetensors";
  const std::string before = tapegrad::read_file(weights);
  std::string texts;
  for (int i = 0; i < 200'000; ++i) texts += "neg dull film\npos fine film\n";
  const std::string many = small.files.directory.file("many.txt", texts);
  for (const Strings& training :
       {Strings{"train_sentiment", "--train", many, "--form", "label-text", "--embeddings",
                "random", "--batch", "1"},
        Strings{"train_seq2seq", "--train", small.files.directory.file("pairs.tsv", [&] {
                  std::string pairs;
                  for (int i = 0; i < 50'000; ++i) pairs += std::to_string(i) + "\tone two three\n";
                  return pairs;
                }())}}) {
    Strings arguments(training.begin() + 1, training.end());
    arguments.insert(arguments.end(), {"--out", small.model, "--json", small.out});
    Running process(training[0], arguments, {}, Running::Errors::terminal);
    REQUIRE(process.shows("epoch 1 of"));
    process.send(SIGINT);
    const Finished done = process.finish();
    CHECK(done.code == 130);
    CHECK_THAT(done.err,
               Catch::Contains("interrupted before an epoch was finished; nothing is written"));
    CHECK(tapegrad::read_file(weights) == before);
    CHECK_FALSE(std::filesystem::exists(small.out));
  }
}
