// What train_sentiment leaves behind when one of its outputs cannot be written, and what it refuses
// before it trains.
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <tapegrad/core/files.hpp>
#include <tapegrad/training/model_folder.hpp>

#include "made_up.hpp"
#include "program.hpp"

namespace fs = std::filesystem;
using Catch::Contains;
using tapegrad::read_file;

namespace {

using Strings = std::vector<std::string>;

Finished train(const MadeUp& files, Strings more) {
  more.insert(more.end(), {"--seeds", "1", "--embeddings", "frozen"});
  return run("train_sentiment", files.arguments(more));
}

Finished train_keeping(const MadeUp& files, const std::string& vectors, const std::string& out) {
  Strings all = files.arguments(
      {"--vectors", vectors, "--out", out, "--seeds", "1", "--embeddings", "frozen"});
  all.emplace_back("--keep-vectors");
  return run("train_sentiment", all);
}

// The device "full" or "null": one of its own for root, who could replace the system's.
std::string device(const TemporaryDirectory& directory, const std::string& name) {
  const std::string path = directory / name;
  const unsigned minor = name == "full" ? 7 : 3;  // Linux's devices.txt
  const bool made = ::mknod(path.c_str(), S_IFCHR | 0666, ::makedev(1, minor)) == 0;
  return made ? path : "/dev/" + name;
}

void check_refused(const Finished& done, const std::string& text) {
  CHECK(done.code == 2);
  CHECK_THAT(done.err, Contains(text));
  CHECK(done.out.empty());
}

}  // namespace

TEST_CASE("an output that fails takes neither the model nor the other outputs along") {
  const MadeUp files;
  const TemporaryDirectory to;
  const std::string full = device(to, "full");
  const Finished done = train(
      files, {"--json", full, "--predictions", to / "predictions.tsv", "--out", to / "model"});
  CHECK(done.code == 1);
  CHECK_THAT(done.err, Contains("error: " + full + ": cannot write: No space left on device"));
  CHECK_THAT(done.out, Contains("frozen"));
  CHECK(tapegrad::load_model(to / "model").labels == Strings{"bad", "good"});
  CHECK(fs::file_size(to / "predictions.tsv") > 0);
  CHECK(fs::is_character_file(full));

  const Finished both =
      train(files, {"--json", full, "--predictions", full, "--out", to / "second"});
  CHECK(both.code == 1);
  CHECK_THAT(both.err, Contains("warning: " + full) && Contains("error: " + full));
  CHECK(fs::exists(to / "second/config.json"));
}

TEST_CASE("a model whose other vectors cannot be read is saved without them") {
  const MadeUp files;
  const TemporaryDirectory to;
  const std::string vectors =
      files.directory.file("bad.txt", read_file(files.vectors) + "superb 0.5 nan 0.2 0.3\n");
  const Finished done = train_keeping(files, vectors, to / "model");
  CHECK(done.code == 1);
  CHECK_THAT(done.err, Contains("error: --keep-vectors: " + vectors + ":8: expected a finite") &&
                           Contains("; the model in " + (to / "model") + " is saved without"));
  CHECK_THAT(done.out, Contains("frozen"));
  CHECK(tapegrad::load_model(to / "model").kept.words.empty());
}

TEST_CASE("vectors of words that no text can have are not kept") {
  const MadeUp files;
  const TemporaryDirectory to;
  const std::string more("a\0b 1 2 3 4\nnew york 1 2 3 4\nsuperb 1 2 3 4\n", 44);
  const std::string vectors = files.directory.file("more.txt", read_file(files.vectors) + more);
  CHECK(train_keeping(files, vectors, to / "model").code == 0);
  CHECK(tapegrad::load_model(to / "model").kept.words == Strings{"other", "superb"});
}

TEST_CASE("vectors that cannot be read twice are refused before the training") {
  const MadeUp files;
  const TemporaryDirectory to;
  const std::string pipe = to / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  check_refused(train_keeping(files, pipe, to / "model"),
                "--keep-vectors: reads the vectors twice");
}

TEST_CASE("outputs that cannot be, or are one file, are refused before the training") {
  const MadeUp files;
  const TemporaryDirectory to;
  for (const char* option : {"--json", "--predictions", "--save-vectors"}) {
    const std::string folder = to / "folder.vec";
    fs::create_directory(folder);
    check_refused(train(files, {option, folder}), folder + ": is a folder, a file is wanted");
  }
  fs::create_directory_symlink(to.path(), to / "link");
  check_refused(train(files, {"--json", to / "x", "--predictions", to / "link/x"}),
                "--json and --predictions: would both be written to " + (to / "link/x"));
  check_refused(train(files, {"--save-vectors", to / "x.npy", "--json", to / "x.words.txt"}),
                "--json and --save-vectors: would both be written to " + (to / "x.words.txt"));
  const std::string null = device(to, "null");
  CHECK(train(files, {"--json", null, "--predictions", null}).code == 0);
  CHECK(fs::is_character_file(null));
}
