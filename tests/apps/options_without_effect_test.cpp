// Options that would have no effect are refused, not left alone in silence.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "programs.hpp"

using tapegrad::read_file;
using Json = nlohmann::json;
using Strings = std::vector<std::string>;

namespace {

// The error of a run that must end as wrong usage, without "PROGRAM: error: ".
std::string refused(const std::string& program, const Strings& arguments) {
  const Finished done = run(program, arguments);
  CHECK(done.code == 2);
  const std::string begin = program + ": error: ";
  const std::string line = done.err.substr(0, done.err.find('\n'));
  return line.rfind(begin, 0) == 0 ? line.substr(begin.size()) : done.err;
}

}  // namespace

TEST_CASE("train_sentiment refuses options that the others leave without effect") {
  const MadeUp files;
  const auto of_files = [&](const Strings& more) {
    return refused("train_sentiment", files.arguments(more));
  };
  const auto random_alone = [&](Strings more) {
    more.insert(more.end(), {"--train", files.train, "--embeddings", "random"});
    return refused("train_sentiment", more);
  };
  CHECK(of_files({"--folds", "3"}) ==
        "--folds: is of the cross-validation, which --test FILE replaces");
  CHECK(of_files({"--embeddings", "frozen", "--random-deviation", "1"}) ==
        "--random-deviation: needs --embeddings random");
  CHECK(of_files({"--embeddings", "random", "--missing", "zeros"}) ==
        "--missing: is of embeddings that begin with --vectors, not of random");
  CHECK(of_files({"--nb-smoothing", "2"}) == "--nb-smoothing: needs --nb-weights");
  for (const std::string option : {"--ngram-min-count", "--buckets"}) {
    CHECK(of_files({option, "2"}) == option + ": needs --ngrams N, of 2 or more");
  }
  CHECK(of_files({"--ngrams", "2", "--buckets", "8", "--ngram-min-count", "2"}) ==
        "--ngram-min-count: --buckets takes all n-grams");
  CHECK(of_files({"--text-column", "2"}) ==  // of a file that is read as label-text
        "--text-column: is of columns, which files of this --form do not have");
  CHECK(random_alone({"--cache", "c"}) == "--cache: needs --vectors FILE");
  CHECK(random_alone({"--malformed-vectors", "skip"}) ==
        "--malformed-vectors: needs --vectors FILE");
  for (const std::string option : {"--folds", "--label-column"}) {
    CHECK(refused("train_sentiment", {option, "2"}) ==
          option + ": needs --train FILE; the embedded data has its form, and a test file");
  }
}

TEST_CASE("values that are empty, as of a variable that is not set, are refused") {
  const MadeUp files;
  for (const std::string option :
       {"--train", "--test", "--out", "--json", "--report", "--resume"}) {
    CHECK(refused("train_sentiment", {option, ""}) == option + ": \"\" is empty");
  }
  for (const std::string option : {"--train", "--model", "--try"}) {
    CHECK(refused("train_seq2seq", {option, ""}) == option + ": \"\" is empty");
  }
}

TEST_CASE("a thaw that never comes is refused") {
  const MadeUp files;
  CHECK(refused("train_sentiment", files.arguments({"--embeddings", "thaw:3", "--epochs", "3"})) ==
        "--embeddings: thaw:3 thaws nothing in the 3 epochs of --epochs");
  CHECK(run("train_sentiment", files.arguments({"--embeddings", "thaw:2", "--epochs", "3"})).code ==
        0);
}

TEST_CASE("the width of random embeddings is that of --dim, unless others begin with vectors") {
  const MadeUp files;
  const TemporaryDirectory to;
  const auto width = [&](const Strings& more) -> int {
    Strings all = more;
    all.insert(all.end(), {"--seeds", "1", "--json", to / "r.json"});
    const Finished done = run("train_sentiment", files.arguments(all));
    INFO(done.err);
    REQUIRE(done.code == 0);
    return Json::parse(read_file(to / "r.json"))["settings"]["embedding_dim"];
  };
  CHECK(width({"--embeddings", "random"}) == 4);  // of the vectors
  CHECK(width({"--embeddings", "random", "--dim", "3"}) == 3);
  CHECK(width({"--embeddings", "frozen,random", "--dim", "4"}) == 4);
  CHECK(refused("train_sentiment",
                files.arguments({"--embeddings", "random,frozen", "--dim", "3"})) ==
        "--dim: 3 is not the width of the word vectors, 4, with which frozen begins; random "
        "embeddings alone can have another");
}

TEST_CASE("train_seq2seq refuses options that the others leave without effect") {
  const TemporaryDirectory directory;
  const std::string pairs = directory.file("pairs", "a\tb\n");
  const auto error = [](const Strings& arguments) { return refused("train_seq2seq", arguments); };
  for (const std::string option : {"--direction", "--below", "--numbers"}) {
    const std::string value = option == "--direction" ? "to-words" : "9";
    CHECK(error({"--train", pairs, option, value}) ==
          option + ": is of numbers; --train FILE replaces them");
  }
  CHECK(error({"--held-out", "0.5"}) == "--held-out: needs --train FILE");
  CHECK(error({"--train", pairs, "--dev", pairs, "--test", pairs, "--held-out", "0.5"}) ==
        "--held-out: with --dev and --test nothing is held out");
  CHECK(error({"--length-penalty", "1"}) == "--length-penalty: needs --beam K, of 2 or more");
}

TEST_CASE("every option of a training is refused where train_seq2seq loads a model") {
  const std::vector<Strings> of_training = {
      {"--direction", "to-number"}, {"--train", "x"},  {"--held-out", "0.5"}, {"--epochs", "1"},
      {"--d-model", "8"},           {"--batch", "2"},  {"--seed", "2"},       {"--dropout", "0"},
      {"--checkpoint", "x"},        {"--resume", "x"}, {"--out", "x"},        {"--json", "x"}};
  for (const Strings& option : of_training) {
    Strings all = {"--model", "x", "--try", "1"};
    all.insert(all.end(), option.begin(), option.end());
    CHECK(refused("train_seq2seq", all) ==
          option[0] + ": is of a training, and --model DIR is trained already");
  }
}

TEST_CASE("similar_words and quantize refuse options that the others leave without effect") {
  CHECK(refused("similar_words", {"v", "--similarity", "a", "b", "--top", "3"}) ==
        "--top: is of nearest words, --similarity tells none");
  CHECK(refused("similar_words", {"v", "--eval", "f", "--top", "3"}) ==
        "--top: is of nearest words, --eval tells none");
  CHECK(refused("similar_words", {"v", "--compare", "w", "--show", "3", "--", "cat"}) ==
        "--show: is of the words that changed most, \"cat\" is asked for");
  const TemporaryDirectory model;
  CHECK(refused("similar_words", {model.path(), "cat", "--cache", "c"}) ==
        "--cache: is of files of vectors, not of models");
  CHECK(refused("quantize", {"m", "--to", "int8", "--out", "o", "--label-column", "2"}) ==
        "--label-column requires --test");
}
