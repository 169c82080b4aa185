// "-" as an output: standard output where one text goes there alone, else an error.
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "programs.hpp"

namespace fs = std::filesystem;
using Catch::Contains;
using tapegrad::read_file;
using Json = nlohmann::json;
using Strings = std::vector<std::string>;

namespace {

// Standard output of a run that is right, and of which no file "-" is left.
std::string written(const std::string& program, Strings arguments, const Strings& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Finished done = run(program, arguments);
  CHECK(done.code == 0);
  CHECK_FALSE(fs::exists("-"));
  return done.out;
}

}  // namespace

TEST_CASE("a text whose file is - goes to standard output, and nothing else does") {
  const SmallRuns small;
  const std::string file = small.files.directory / "file";
  for (const char* program : {"train_sentiment", "train_seq2seq"}) {
    const Strings arguments = small.arguments(program);
    CHECK_FALSE(written(program, arguments, {"--predictions", file}).empty());
    const std::string text = read_file(file);
    CHECK(written(program, arguments, {"--predictions", "-"}) == text);
    CHECK(written(program, arguments, {"--predictions", "/dev/stdout"}) == text);
    CHECK(Json::accept(written(program, arguments, {"--json", "-"})));
    CHECK(Json::accept(written(program, arguments, {"--json", "/dev/stdout"})));
    CHECK(Json::accept(written(program, arguments, {"--trace", "-"})));
  }
  const Strings texts = small.arguments("classify");
  CHECK(written("classify", texts, {"--embed", file}).empty());
  const std::string vectors = read_file(file);
  CHECK(written("classify", texts, {"--embed", "-"}) == vectors);
  CHECK(Json::accept(written("quantize", small.arguments("quantize"), {"--json", "/dev/stdout"})));
}

TEST_CASE("two texts cannot both go to standard output") {
  const Finished done = run("train_sentiment", {"--json", "-", "--predictions", "/dev/stdout"});
  CHECK(done.code == 2);
  CHECK_THAT(done.err, Contains("--json and --predictions: would both be written to standard"));
  CHECK(done.out.empty());
}

TEST_CASE("a page, a binary file or a folder named - is refused") {
  const auto refused = [](const std::string& program, const Strings& arguments) {
    const Finished done = run(program, arguments);
    CHECK(done.code == 2);
    CHECK_THAT(done.err, Contains(": \"-\" is standard output, which cannot take this"));
    CHECK(done.out.empty());
    CHECK_FALSE(fs::exists("-"));
  };
  for (const char* option :
       {"--out", "--save-vectors", "--report", "--export", "--checkpoint", "--resume", "--cache"}) {
    refused("train_sentiment", {option, "-"});
  }
  for (const char* option : {"--out", "--checkpoint", "--resume"}) {
    refused("train_seq2seq", {option, "-"});
  }
  refused("quantize", {"model", "--to", "int8", "--out", "-"});
  refused("similar_words", {"vectors", "word", "--cache", "-"});
}
