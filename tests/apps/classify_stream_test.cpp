#include <catch2/catch.hpp>
#include <sanitizers.hpp>

#include "classified.hpp"
#include "piped.hpp"

using Catch::Contains;
using tapegrad::read_file;

TEST_CASE("answers come as lines come in, and end with the input") {
  Piped program("classify", {models()["mean"], "--output", "plain"});
  program.write("fine");
  CHECK(program.silent());
  program.write(" film\ndull\nni");
  CHECK(program.line() == "good");
  CHECK(program.line() == "bad");
  CHECK(program.silent());
  program.write("ce\n");
  CHECK(program.line() == "good");
  program.write("weak");
  program.close_input();
  CHECK(program.line() == "bad");
  CHECK(program.code() == 0);
}

TEST_CASE("a stream without end needs no more memory than its beginning") {
  if (sanitized) return;  // sanitizers keep what was freed
  Piped program("classify", {models()["bag"], "--output", "plain", "--threads", "1"});
  std::string block;
  for (int i = 0; i < 10'000; ++i) block += "a film, fine and nice\n";
  const auto pass = [&](int blocks) {
    for (int i = 0; i < blocks; ++i) {
      program.write(block.substr(0, 22 * 500));
      for (int n = 0; n < 500; ++n) {
        if (program.line() != "good") return false;
      }
    }
    return true;
  };
  REQUIRE(pass(20));
  const std::size_t before = program.peak_memory();
  REQUIRE(pass(300));
  CHECK(program.peak_memory() < before + 2000);
}

TEST_CASE("a reader that goes away ends classify quietly") {
  Piped program("classify", {models()["bag"]});
  program.write("fine\n");
  CHECK_THAT(program.line(), Contains("good\t"));
  program.close_output();
  program.write("fine\n");
  CHECK(program.code() == 128 + SIGPIPE);
  CHECK(program.errors().empty());

  // Also where the one who starts it ignores the signal.
  const TemporaryDirectory directory;
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "fine\n";
  directory.file("in", many);
  const std::string command = "cd " + directory.path() + "; (trap '' PIPE; " + TAPEGRAD_BIN_DIR +
                              "/classify " + models()["bag"] +
                              " in 2> err; echo $? > code) | head -1 > out";
  REQUIRE(std::system(command.c_str()) == 0);
  CHECK_THAT(read_file(directory / "out"), Contains("good\t"));
  CHECK(read_file(directory / "code") == std::to_string(128 + SIGPIPE) + "\n");
  CHECK(read_file(directory / "err").empty());
}

TEST_CASE("Ctrl-C ends classify with what it has answered, also while it waits") {
  Piped waiting("classify", {models()["bag"], "--output", "plain"});
  waiting.write("fine\ndull\nhalf a li");
  CHECK(waiting.line() == "good");
  CHECK(waiting.line() == "bad");
  waiting.send(SIGINT);
  CHECK(waiting.line().empty());
  CHECK(waiting.code() == 130);
  CHECK(waiting.errors().empty());

  const TemporaryDirectory to;
  Piped embedding("classify", {models()["bag"], "--embed", to / "v.npy"});
  embedding.write("fine\n");
  CHECK(embedding.silent());
  embedding.send(SIGTERM);
  CHECK(embedding.code() == 130);
  CHECK_THAT(embedding.errors(), Contains("interrupted; " + (to / "v.npy") + " is not written"));
  CHECK(std::filesystem::is_empty(to.path()));
}

TEST_CASE("output that cannot be written is an error") {
  const std::string program = std::string(TAPEGRAD_BIN_DIR) + "/classify " + models()["bag"];
  const TemporaryDirectory directory;
  const std::string input = directory.file("in", "fine\ndull\n");
  const auto status = [&](const std::string& redirection) {
    const std::string command = program + " " + input + redirection + " 2> " + (directory / "err");
    return WEXITSTATUS(std::system(command.c_str()));
  };
  CHECK(status(" > /dev/full") == 1);
  CHECK(read_file(directory / "err") ==
        "classify: error: standard output: cannot write: No space left on device\n"
        "classify: hint: free some space there, or write to another place\n");
  CHECK(status(" >&-") == 1);
  CHECK_THAT(read_file(directory / "err"), Contains("standard output: cannot write: Bad file"));
  CHECK(status(" --embed " + (directory / "none/v.npy")) == 2);
  CHECK_THAT(read_file(directory / "err"), Contains("the folder ") && Contains("does not exist"));
}

TEST_CASE("what is wrong with files and options is told, with the usual exit codes") {
  const auto fails = [](const Strings& arguments, int code, const std::string& text) {
    const Finished done = run("classify", arguments);
    CHECK(done.code == code);
    CHECK_THAT(done.err, Contains(text));
    return done.out;
  };
  const std::string model = models()["bag"];
  fails({}, 2, "MODEL is required");
  fails({model, "--output", "xml"}, 2, "--output");
  fails({model, "--top", "0"}, 2, "--top");
  fails({model, "--batch", "0"}, 2, "--batch");
  fails({model, "--embed", "-", "--top", "2"}, 2, "--top: is about classes");
  fails({model, "--embed", "-", "--explain"}, 2, "--explain: is about classes");
  fails({model, "--embed", "-", "--output", "tsv"}, 2, "--output: is about classes");
  fails({"/nowhere"}, 1, "/nowhere: cannot read");
  fails({model, "/nowhere"}, 1, "classify: error: /nowhere: cannot read: No such file");
  fails({model, model}, 1, "cannot read: Is a directory");

  // What came before the error was answered.
  const TemporaryDirectory directory;
  const std::string cut = directory.file("text", "fine\ndull\n" + std::string(100'000, ' ') + "\n");
  REQUIRE(std::system(("gzip " + cut + " && truncate -s -6 " + cut + ".gz").c_str()) == 0);
  const std::string out =
      fails({model, "--output", "plain", cut + ".gz"}, 1, "damaged or incomplete gzip data");
  CHECK(out.substr(0, 9) == "good\nbad\n");
}

TEST_CASE("words that are not in train have their vector if --keep-vectors was given") {
  const MadeUp files;
  const TemporaryDirectory to;
  const std::string vectors =
      files.directory.file("more.txt", read_file(files.vectors) + "superb 0.5 0.1 0.2 0.3\n");
  const auto train = [&](const std::string& name, const Strings& more) {
    Strings all = files.arguments(
        {"--vectors", vectors, "--out", to / name, "--seeds", "1", "--embeddings", "frozen"});
    all.insert(all.end(), more.begin(), more.end());
    const Finished done = run("train_sentiment", all);
    CHECK(done.code == 0);
    CHECK(done.err.empty());
  };
  train("without", {});
  train("with", {"--keep-vectors"});
  CHECK(read_file(to / "with/vectors.txt") == "other\nsuperb\n");
  CHECK(read_file(to / "with/model.safetensors") == read_file(to / "without/model.safetensors"));
  const auto said = [&](const char* model, const char* text) {
    return run("classify", {to / model}, text).out;
  };
  // The vector of superb is that of fine.
  CHECK(said("with", "a superb film\n") == said("with", "a fine film\n"));
  CHECK(said("with", "a fine film\n") == said("without", "a fine film\n"));
  CHECK(said("without", "a superb film\n") == said("without", "a zzz film\n"));
  CHECK(said("with", "a zzz film\n") == said("without", "a zzz film\n"));
  CHECK(said("with", "a superb film\n") != said("without", "a superb film\n"));
}

TEST_CASE("the option --keep-vectors is refused, or told to be of no use, where it cannot work") {
  const MadeUp files;
  const TemporaryDirectory to;
  const auto fails = [&](Strings arguments, const std::string& text) {
    arguments.emplace_back("--keep-vectors");
    const Finished done = run("train_sentiment", arguments);
    CHECK(done.code == 2);
    CHECK_THAT(done.err, Contains(text));
  };
  fails(files.arguments(), "--keep-vectors: needs --out");
  fails(files.arguments({"--out", to / "m", "--vectors", "-"}),
        "--keep-vectors: reads the vectors");
  fails({"--train", files.train, "--embeddings", "random", "--out", to / "m"},
        "--keep-vectors: needs --vectors");
  Strings random = files.arguments({"--embeddings", "random", "--out", to / "m", "--seeds", "1"});
  random.emplace_back("--keep-vectors");
  const Finished done = run("train_sentiment", random);
  CHECK(done.code == 0);
  CHECK_THAT(done.err, Contains("warning: --keep-vectors: the best model (random, seed 1) has no "
                                "pretrained vectors, none are kept"));
  CHECK_FALSE(std::filesystem::exists(to / "m/vectors.txt"));
}
