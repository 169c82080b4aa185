#include <catch2/catch.hpp>

#include "made_up.hpp"
#include "program.hpp"

using Catch::Contains;

namespace {

using Arguments = std::vector<std::string>;

// Runs what must fail with this code; its error on standard error, which a hint may follow, without
// "train_sentiment: ".
std::string complaint(int code, const Arguments& arguments) {
  const Finished done = run("train_sentiment", arguments);
  CHECK(done.code == code);
  CHECK_THAT(done.out, !Contains("test accuracy"));
  const std::string begin = "train_sentiment: error: ";
  const std::string hint = "train_sentiment: hint: ";
  if (done.err.rfind(begin, 0) != 0) return done.err;
  const std::string error = done.err.substr(0, done.err.find('\n'));
  const std::string rest = done.err.substr(error.size() + 1);
  if (!rest.empty()) CHECK_THAT(rest, Catch::StartsWith(hint) && !Contains("error"));
  return error.substr(begin.size());
}

// A training on the made-up files, with other or more options.
std::string complaint(int code, const MadeUp& files, const Arguments& more) {
  return complaint(code, files.arguments(more));
}

}  // namespace

TEST_CASE("options that are unknown or out of range are wrong usage") {
  const MadeUp files;
  CHECK_THAT(complaint(2, {"--embedings", "random"}), Contains("--embedings"));
  CHECK_THAT(complaint(2, files, {"--epochs", "0"}), Contains("--epochs"));
  CHECK_THAT(complaint(2, files, {"--dropout", "1.5"}), Contains("--dropout"));
  CHECK_THAT(complaint(2, files, {"--lr", "x"}), Contains("--lr"));
  CHECK_THAT(complaint(2, files, {"--rows", "eager"}), Contains("--rows"));
  CHECK_THAT(complaint(2, files, {"--seed", "-1"}), Contains("--seed"));
  CHECK(complaint(2, files, {"--model", "lstm"}) ==
        "--model: \"lstm\" is not one of bag, mean, cnn");
  CHECK(complaint(2, files, {"--missing", "ones"}) ==
        "--missing: \"ones\" is not one of normal, zeros");
  CHECK(complaint(2, files, {"--optimizer", "rprop"}) ==
        "--optimizer: \"rprop\" is not one of adam, adamw, sgd, adagrad, rmsprop");
  CHECK(complaint(2, files, {"--class-weights", "nice=2"}) ==
        "--class-weights: label \"nice\" is not one of bad, good");
}

TEST_CASE("n-grams and Naive-Bayes weights that cannot be had are wrong usage") {
  const MadeUp files;
  CHECK(complaint(2, files, {"--ngrams", "0"}) ==
        "--ngrams: \"0\" is not a whole number from 1 to 100");
  CHECK(complaint(2, files, {"--ngrams", "2", "--buckets", "-1"}) ==
        "--buckets: \"-1\" is not a whole number from 0 to 2147483647");
  CHECK(complaint(2, files, {"--ngrams", "2", "--ngram-min-count", "-1"}) ==
        "--ngram-min-count: \"-1\" is not a whole number, 0 or more");
  CHECK(complaint(2, files, {"--ngrams", "2", "--model", "mean"}) ==
        "--ngrams: needs the model bag, not mean");
  Arguments weights = files.arguments({"--model", "mean"});
  weights.push_back("--nb-weights");
  CHECK(complaint(2, weights) == "--nb-weights: needs the model bag, not mean");
  CHECK_THAT(complaint(2, files, {"--nb-smoothing", "0"}), Contains("--nb-smoothing"));
  const TemporaryDirectory directory;
  const std::string three = directory.file("three", "a x\nb y\nc z\na x\nb y\nc z\n");
  CHECK(complaint(2, {"--train", three, "--test", three, "--form", "label-text", "--embeddings",
                      "random", "--nb-weights"}) ==
        "--nb-weights: Naive-Bayes weights tell two classes apart, these are 3");
}

TEST_CASE("options of another model are wrong usage") {
  const MadeUp files;
  CHECK(complaint(2, files, {"--hidden", "5"}) == "--hidden: needs --model mean, not bag");
  CHECK(complaint(2, files, {"--model", "cnn", "--hidden", "5"}) ==
        "--hidden: needs --model mean, not cnn");
  CHECK(complaint(2, files, {"--filters", "5"}) == "--filters: needs --model cnn, not bag");
  CHECK(complaint(2, files, {"--model", "mean", "--filter-widths", "2"}) ==
        "--filter-widths: needs --model cnn, not mean");
  CHECK(complaint(2, files, {"--model", "cnn", "--ngrams", "2"}) ==
        "--ngrams: needs the model bag, not cnn");
  CHECK_THAT(complaint(2, files, {"--model", "cnn", "--filter-widths", "3,0"}),
             Contains("--filter-widths"));
  CHECK_THAT(complaint(2, files, {"--model", "cnn", "--filters", "0"}), Contains("--filters"));
}

TEST_CASE("unknown embeddings are wrong usage, with the names that are known") {
  const MadeUp files;
  const std::string known =
      "is not one of frozen, finetune, random, thaw:N (N epochs frozen), newwords, newwords:N";
  CHECK(complaint(2, files, {"--embeddings", "bogus"}) == "--embeddings: \"bogus\" " + known);
  CHECK(complaint(2, files, {"--embeddings", "frozen,thaw:x"}) ==
        "--embeddings: \"thaw:x\" " + known);
}

TEST_CASE("pretrained embeddings without vectors are wrong usage, with what to do") {
  const MadeUp files;
  CHECK(complaint(2, {"--train", files.train, "--test", files.test, "--form", "label-text"}) ==
        "--vectors FILE is required: the embeddings frozen, finetune begin with word vectors");
  const Finished done = run("train_sentiment", {"--train", files.train, "--form", "label-text",
                                                "--embeddings", "random,thaw:2"});
  CHECK(done.code == 2);
  CHECK_THAT(done.err, Contains("the embeddings thaw:2 begin with") &&
                           Contains("hint: --embeddings random trains without any"));
  const std::string nowhere = files.directory / "nowhere";
  CHECK_THAT(complaint(1, {"--train", nowhere}), Contains(nowhere) && Contains("No such file"));
  const std::string empty = files.directory.file("empty", "");
  CHECK(complaint(1, {"--train", empty}) ==
        empty + ": expected labelled texts, found an empty file");
}

TEST_CASE("dev or test without train is wrong usage") {
  const MadeUp files;
  CHECK(complaint(2, {"--dev", files.dev}) == "--dev and --test need --train");
  CHECK(complaint(2, {"--test", files.test}) == "--dev and --test need --train");
}

TEST_CASE("what cannot be trained on is an error of the file, and names the options that help") {
  const TemporaryDirectory directory;
  const auto error = [](const std::string& file, const Arguments& more) {
    Arguments all{"--train", file, "--embeddings", "random"};
    all.insert(all.end(), more.begin(), more.end());
    const std::string text = complaint(1, all);
    return text.rfind(file, 0) == 0 ? text.substr(file.size()) : text;
  };
  const std::string one = directory.file("one.tsv", "good\tfine\ngood\tnice\ngood\tfine film\n");
  CHECK(error(one, {"--label-column", "1"}) ==
        ": all 3 texts have the class \"good\": a classifier needs two");
  const std::string named = directory.file("named.tsv", "mark\tbody\ngood\tfine\nbad\tdull\n");
  CHECK(error(named, {"--label-column", "marks"}) ==
        ":1: --label-column: the column \"marks\" is not one of mark, body");
  CHECK(error(named, {"--text-column", "3"}) == ":1: --text-column: 3 is not a number from 1 to 2");
  CHECK_THAT(run("train_sentiment",
                 {"--train", named, "--embeddings", "random", "--label-column", "marks"})
                 .err,
             Contains("hint: did you mean mark?"));
  CHECK_THAT(error(named, {}),
             Catch::EndsWith("; name the columns with --label-column and --text-column"));
  const std::string unclear = directory.file("unclear", "a fine film\nmy worst day\nno labels\n");
  CHECK_THAT(error(unclear, {}), Contains("; choose one with --form (label-text, tsv, csv"));
}

TEST_CASE("more folds than texts are wrong usage") {
  const MadeUp files;
  CHECK(complaint(2, {"--train", files.dev, "--form", "label-text", "--embeddings", "random",
                      "--folds", "9"}) ==
        "--folds: 9 is not in [2, 8] (without a test file, 8 training texts are tested in folds)");
}

TEST_CASE("a file that is missing is named") {
  const MadeUp files;
  const std::string nowhere = files.directory / "nowhere.txt";
  for (const char* option : {"--train", "--dev", "--test", "--vectors"}) {
    CHECK_THAT(complaint(1, files, {option, nowhere}),
               Contains(nowhere) && Contains("No such file"));
  }
}

TEST_CASE("a place where nothing can be written is told before the training") {
  const MadeUp files;
  const std::string folder = files.directory / "nowhere";
  for (const char* option : {"--json", "--predictions"}) {
    CHECK(complaint(2, files, {option, folder + "/file"}) ==
          folder + "/file: the folder " + folder + " does not exist");
  }
  CHECK_THAT(complaint(1, files, {"--out", files.train}), Contains(files.train));
}

TEST_CASE("a malformed line of word vectors is told with file and line") {
  const MadeUp files;
  const auto error = [&](const std::string& content) {
    const std::string path = files.directory.file("broken.txt", content);
    const std::string text = complaint(1, files, {"--vectors", path});
    return text.rfind(path, 0) == 0 ? text.substr(path.size()) : text;
  };
  CHECK(error("film 1 2\ndull 1\nfine 1 2\n") ==
        ":2: expected a word and 2 numbers, found 1 fields behind \"dull\"");
  CHECK(error("film 1 2\nnever 1 2 3 4\nfine 1 2\n").rfind(":2: ", 0) == 0);
  CHECK(error("film 1 2\ndull 1 x\nfine 1 2\n") ==
        ":2: expected a finite number as value 2 of 2, found \"x\"");
  CHECK(error("film 1 2\nfine 1 2\ndull nan 2\n") ==
        ":3: expected a finite number as value 1 of 2, found \"nan\"");
  CHECK(error("film 1 2\nfine inf 2\n") ==
        ":2: expected a finite number as value 1 of 2, found \"inf\"");
  CHECK(error("") == ": expected word vectors, found an empty file");
}

TEST_CASE("vectors of none of the words are an error that says so") {
  const MadeUp files;
  const std::string strange = files.directory.file("strange.txt", "xyzzy 1 2\nplugh 3 4\n");
  CHECK(complaint(2, files, {"--vectors", strange}) ==
        "--embeddings: frozen needs word vectors, and none of the words has one");
}

TEST_CASE("a malformed line of data is told with file and line") {
  const MadeUp files;
  const auto error = [&](const std::string& content, const std::string& form) {
    const std::string path = files.directory.file("broken", content);
    const std::string text = complaint(
        1, {"--train", path, "--test", files.test, "--embeddings", "random", "--form", form});
    return text.rfind(path, 0) == 0 ? text.substr(path.size()) : text;
  };
  CHECK_THAT(error("bad dull\n\ngood fine\n", "label-text"), Catch::StartsWith(":2: "));
  CHECK_THAT(error("label\ttext\nbad\tdull\ngood\n", "tsv"), Catch::StartsWith(":3: "));
  CHECK_THAT(error("label,text\nbad,\"dull\n", "csv"), Catch::StartsWith(":2: "));
  CHECK_THAT(error("__label__bad dull\nfine\n", "fasttext"), Catch::StartsWith(":2: "));
  CHECK_THAT(error("", "auto"), Contains("empty"));
}

TEST_CASE("a table too large for memory is refused with the sum") {
  const MadeUp files;
  CHECK_THAT(complaint(1, {"--train", files.train, "--test", files.test, "--form", "label-text",
                           "--embeddings", "random", "--dim", "1000000000000"}),
             Catch::StartsWith("training: a table of 12 x 1000000000000 values needs 144,000.0 GB "
                               "(V · D · 4 bytes · 3, with the optimizer's moments), "));
}

TEST_CASE("a training that diverges ends with epoch, step and learning rate") {
  const MadeUp files;
  CHECK_THAT(
      complaint(1, files, {"--optimizer", "sgd", "--lr", "1e38", "--embeddings", "finetune"}),
      Catch::StartsWith("finetune, seed 1: training diverged in epoch 1, batch ") &&
          Contains(", with learning rate 1e+38: ") && Contains("may help"));
}
