// Errors, and what to do next.
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <utility>

#include <lines.hpp>
#include "programs.hpp"

using Catch::Contains;
using Strings = std::vector<std::string>;

namespace {

// What a program says when it fails with this code: the error, and the hint below it.
struct Said {
  std::string error;
  std::string hint;
};
Said said(const std::string& program, int code, const Strings& arguments) {
  const Finished done = run(program, arguments);
  CHECK(done.code == code);
  Said result;
  for (const std::string& line : lines_of(done.err)) {
    const std::string error = program + ": error: ";
    const std::string hint = program + ": hint: ";
    if (line.rfind(error, 0) == 0) result.error = line.substr(error.size());
    if (line.rfind(hint, 0) == 0) result.hint = line.substr(hint.size());
  }
  return result;
}

}  // namespace

TEST_CASE("an unknown option is answered with the one that is near") {
  const auto meant = [](const std::string& program, const std::string& option) {
    return said(program, 2, {option}).hint;
  };
  CHECK(meant("train_sentiment", "--embedings") == "did you mean --embeddings?");
  CHECK(meant("train_sentiment", "--batch-size") == "did you mean --batch?");
  CHECK(meant("train_sentiment", "--vecotrs=x") == "did you mean --vectors?");
  CHECK(meant("train_seq2seq", "--modle") == "did you mean --model?");
  CHECK(meant("classify", "--halp") == "did you mean --help?");
  CHECK(meant("quantize", "--too") == "did you mean --to?");
  CHECK(meant("classify", "--xyzzy") == "classify --help shows all options");
}

TEST_CASE("a wrong value is answered with the values that there are") {
  const Said rows = said("train_sentiment", 2, {"--rows", "lasy"});
  CHECK(rows.error == "--rows: \"lasy\" is not one of exact, lazy, dense");
  CHECK(rows.hint == "did you mean --rows lazy?");
  CHECK(said("train_sentiment", 2, {"--optimizer", "adm"}).hint == "did you mean adam?");
  const Said epochs = said("train_sentiment", 2, {"--epochs", "0"});
  CHECK(epochs.error == "--epochs: \"0\" is not a whole number from 1 to 1000000000");
  CHECK(epochs.hint == "--epochs N: Epochs; the best on dev is kept");
  CHECK(said("train_sentiment", 2, {"--dropout", "2"}).error ==
        "--dropout: \"2\" is not a number from 0 to 1");
  CHECK(said("train_sentiment", 2, {"--lr"}).error == "--lr: needs a value, RATE");
  CHECK(said("classify", 2, {"--quiet=maybe", "m"}).error ==
        "--quiet: \"maybe\" is neither true nor false");
  CHECK(said("classify", 2, {"--output", "jsno", "m"}).error ==
        "--output: \"jsno\" is not one of tsv, json, plain");
}

TEST_CASE("a number is taken as it stands, or refused with the numbers that are wanted") {
  const auto error = [](const std::string& program, const Strings& arguments) {
    return said(program, 2, arguments).error;
  };
  const std::string huge = "99999999999999999999";
  const std::string in_range = " is not a whole number from 0 to 9223372036854775807";
  CHECK(error("train_sentiment", {"--seed", huge}) == "--seed: \"" + huge + "\"" + in_range);
  CHECK(error("train_seq2seq", {"--patience", huge}) == "--patience: \"" + huge + "\"" + in_range);
  for (const char* wrong :
       {"-1", "1.5", "0x10", "1e3", "", "many", "- 1", "-99999999999999999999"}) {
    CHECK(error("train_sentiment", {"--min-count", wrong}) ==
          "--min-count: \"" + std::string(wrong) + "\" is not a whole number, 0 or more");
  }
  CHECK(error("train_sentiment", {"--filter-widths", "3,0"}) ==
        "--filter-widths: \"0\" is not a whole number above 0");
  CHECK(error("similar_words", {"v", "--compare", "w", "--common=-1"}) ==
        "--common: \"-1\" is not a whole number, 0 or more");
  CHECK(error("classify", {"m", "--threads", "4294967297"}) ==
        "--threads: \"4294967297\" is not a whole number from 0 to 4096");
  CHECK(error("train_sentiment", {"--word-dropout", "nan"}) ==
        "--word-dropout: \"nan\" is not a number from 0 to 1");
  // 010 is ten, as it reads, and not eight.
  CHECK_THAT(
      run("train_seq2seq", {"--epochs", "1", "--below", "0100", "--quiet", "--json", "-"}).out,
      Contains("numbers below 100, to-words"));
}

TEST_CASE("too many and too few values of an option are told apart") {
  const auto error = [](const Strings& arguments) {
    return said("similar_words", 2, arguments).error;
  };
  CHECK(error({"v", "--analogy", "a", "b", "c", "d"}) ==
        "--analogy: takes 3 values, A B C, found 4");
  CHECK(error({"v", "--analogy", "a", "b"}) == "--analogy: takes 3 values, A B C, found 2");
  CHECK(error({"v", "--analogy"}) == "--analogy: needs a value, A B C");
  CHECK(error({"v", "--top", "1", "--top", "2"}) == "--top: was given twice");
  CHECK(error({"v", "--top", "1", "--top"}) == "--top: needs a value, K");
}

TEST_CASE("what is missing on the command line is told with the usage") {
  const Said model = said("classify", 2, {});
  CHECK(model.error == "MODEL is required");
  CHECK(model.hint == "usage: classify [OPTION...] MODEL [FILE...]");
  const Said more = said("quantize", 2, {"a", "--out", "b", "c"});
  CHECK(more.error == "\"c\": unexpected argument");
  CHECK(more.hint == "usage: quantize [OPTION...] MODEL --out DIR");
  CHECK(said("train_sentiment", 2, {""}).error == "\"\": unexpected argument");
}

TEST_CASE("a missing file is answered with the nearest name there") {
  const SmallRuns small;
  const TemporaryDirectory& folder = small.files.directory;
  const Said train =
      said("train_sentiment", 1, {"--embeddings", "random", "--train", folder / "trian.txt"});
  CHECK_THAT(train.error, Contains("trian.txt: cannot read: No such file"));
  CHECK(train.hint == "did you mean " + small.files.train + "?");
  CHECK(said("classify", 1, {folder / "modle"}).hint == "did you mean " + small.model + "?");
  CHECK(said("train_sentiment", 1, {"--embeddings", "random", "--train", folder / "nowhere/at/all"})
            .hint == "there is no folder " + (folder / "nowhere"));
  CHECK(said("train_sentiment", 2, small.files.arguments({"--json", folder / "new/j"})).hint ==
        "mkdir -p '" + (folder / "new") + "' makes it");
}

TEST_CASE("the model of another program is answered with the one that takes it") {
  const SmallRuns small;
  const TemporaryDirectory& folder = small.files.directory;
  const std::string sequences = folder / "sequences";
  REQUIRE(run("train_seq2seq", {"--train", small.pairs, "--dev", small.pairs, "--test", small.pairs,
                                "--epochs", "1", "--out", sequences})
              .code == 0);
  const std::vector<std::pair<std::string, Strings>> users{
      {"classify", {"MODEL"}},
      {"quantize", {"MODEL", "--to", "int8", "--out", small.out}},
      {"similar_words", {"MODEL", "film"}},
      {"train_seq2seq", {"--model", "MODEL", "--try", "1"}}};
  for (const auto& [program, with] : users) {
    const auto hint = [&, &name = program, &arguments = with](const std::string& model) {
      Strings all = arguments;
      std::replace(all.begin(), all.end(), std::string("MODEL"), model);
      return said(name, 1, all).hint;
    };
    const bool own = program == "train_seq2seq";
    CHECK(hint(own ? small.model : sequences) ==
          (own ? "that is a model of train_sentiment; classify takes it"
               : "that is a model of train_seq2seq; train_seq2seq --model DIR takes it"));
    CHECK(hint(folder.path()) == "a folder that " +
                                     std::string(own ? "train_seq2seq" : "train_sentiment") +
                                     " --out has written is wanted");
  }
}

TEST_CASE("a place where nothing can be made is told before the training, with why") {
  const MadeUp files;
  for (const char* option : {"--json", "--predictions", "--out", "--checkpoint"}) {
    const Finished done = run("train_sentiment", files.arguments({option, "/proc/x"}));
    CHECK(done.code == 1);
    CHECK(done.out.empty());
    CHECK_THAT(done.err, Contains("error: /proc/x: cannot write: "));
    if (::getuid() != 0) continue;  // who may not write there gets another hint
    CHECK_THAT(done.err, Contains("no files can be made in /proc; write to another place"));
  }
}

TEST_CASE("a file of another form is answered with what it was taken for") {
  const SmallRuns small;
  const TemporaryDirectory& folder = small.files.directory;
  const std::string odd = folder.file("odd.txt", "good film\nnothing\n");
  const Said form = said("train_sentiment", 1,
                         {"--embeddings", "random", "--train", odd, "--form", "label-text"});
  CHECK_THAT(form.error, Contains("odd.txt:2: expected LABEL TEXT"));
  CHECK_THAT(form.hint,
             Contains("was taken for a label, a space and the text") && Contains("--form"));
  const std::string cut = folder.file("cut.txt", "film 1 2 3\ndull 1 2 3\nfine 1\n");
  const Said vectors = said("train_sentiment", 1, small.files.arguments({"--vectors", cut}));
  CHECK_THAT(vectors.hint, Contains("--malformed-vectors skip leaves such lines out"));
  const std::string pairs = folder.file("no-tab.tsv", "one 1\n");
  CHECK_THAT(said("train_seq2seq", 1, {"--train", pairs}).hint, Contains("one tab"));
}

TEST_CASE("too little memory is answered with the options that need less") {
  const MadeUp files;
  const Said table = said("train_sentiment", 1,
                          {"--train", files.train, "--form", "label-text", "--embeddings", "random",
                           "--dim", "9000000000", "--folds", "2"});
  CHECK_THAT(table.error, Contains(" needs ") && Contains(" are available"));
  CHECK_THAT(table.hint, Contains("--max-vocabulary N") && Contains("--dim D"));
}
