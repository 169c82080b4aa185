#include <fmt/core.h>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <tapegrad/training/seq2seq_folder.hpp>

#include "comparable.hpp"
#include "program.hpp"

using Catch::Contains;
using tapegrad::read_file;
using Json = nlohmann::ordered_json;
using Arguments = std::vector<std::string>;

namespace {

Finished train(const Arguments& arguments) {
  return run("train_seq2seq", arguments);
}

// A training that takes a second or two.
Arguments quick(const Arguments& more = {}) {
  Arguments all{"--below", "60",       "--d-model", "16",      "--feedforward",
                "32",      "--epochs", "3",         "--batch", "8"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

// Runs what must fail with this code; its error on standard error, which a hint may follow, without
// the program's name.
std::string complaint(int code, const Arguments& arguments) {
  const Finished done = train(arguments);
  CHECK(done.code == code);
  const std::string begin = "train_seq2seq: error: ";
  const std::string hint = "train_seq2seq: hint: ";
  if (done.err.rfind(begin, 0) != 0) return done.err;
  const std::string error = done.err.substr(0, done.err.find('\n'));
  const std::string rest = done.err.substr(error.size() + 1);
  if (!rest.empty()) CHECK_THAT(rest, Catch::StartsWith(hint) && !Contains("error"));
  return error.substr(begin.size());
}

}  // namespace

TEST_CASE("a training of one epoch is not told in the plural") {
  CHECK_THAT(train({"--below", "60", "--d-model", "16", "--epochs", "1", "--warmup", "1"}).out,
             Contains("\nfit:     1 epoch, ") && Contains(" after 1 step,") &&
                 Contains("\ntrained: 1 epoch in "));
}

TEST_CASE("train_seq2seq --help reads like a manual page") {
  const Finished help = train({"--help"});
  CHECK(help.code == 0);
  CHECK(help.err.empty());
  for (const char* part :
       {"--direction to-words|to-number", "--try TEXT", "--beam K", "Examples:", "Exit codes:"}) {
    CHECK_THAT(help.out, Contains(part));
  }
}

TEST_CASE("numbers are learned, tested, tried, and written down") {
  const TemporaryDirectory to;
  const Finished done =
      train(quick({"--out", to / "model", "--json", to / "r.json", "--predictions", to / "p.tsv",
                   "--try", "42", "--beam", "2", "--show-attention"}));
  REQUIRE(done.code == 0);
  CHECK_THAT(done.out, Contains("numbers below 60, to-words"));
  CHECK_THAT(done.out, Contains("48 to train on, 6 dev, 6 test"));
  CHECK_THAT(done.out, Contains("of 6 right, exact match ") && Contains("(beam of 2)"));
  CHECK_THAT(done.out, Contains("\n42 -> ") && Contains("    4    2\n") && Contains("\n</s>"));

  const Json json = Json::parse(read_file(to / "r.json"));
  CHECK(json["data"]["pairs"] == "numbers below 60, to-words");
  CHECK(json["epochs"].size() == 3);
  CHECK(json["cancelled"] == false);

  std::istringstream rows(read_file(to / "p.tsv"));
  std::string row;
  std::getline(rows, row);
  CHECK(row == "source\ttarget\tpredicted");
  int right = 0, all = 0;
  while (std::getline(rows, row)) {
    const auto first = row.find('\t'), second = row.rfind('\t');
    ++all;
    right += row.substr(first + 1, second - first - 1) == row.substr(second + 1) ? 1 : 0;
  }
  CHECK(all == 6);
  CHECK(json["test_exact_match"].get<double>() == Approx(right / 6.0));

  const Finished again = train({"--model", to / "model", "--try", "42", "--beam", "2"});
  CHECK(again.code == 0);
  const auto said = done.out.find("42 -> ");
  CHECK(again.out == done.out.substr(said, done.out.find('\n', said) + 1 - said));
}

TEST_CASE("a saved model is tested on a file of pairs") {
  const TemporaryDirectory to;
  REQUIRE(train(quick({"--direction", "to-number", "--out", to / "model"})).code == 0);
  const std::string pairs = to.file("pairs.tsv", "forty two\t42\nseven\t7\n");
  const Finished done =
      train({"--model", to / "model", "--test", pairs, "--predictions", to / "p.tsv"});
  CHECK(done.code == 0);
  CHECK_THAT(done.out, Contains("of 2 right, exact match "));
  CHECK_THAT(read_file(to / "p.tsv"), Contains("forty two\t42\t"));
}

TEST_CASE("pairs of a file are learned in the units that are asked for") {
  const TemporaryDirectory to;
  std::string text;
  for (int i = 0; i < 40; ++i) text += fmt::format("{0}\ta b {0}\n", i);
  const std::string pairs = to.file("pairs.tsv", text);
  const Finished done =
      train({"--train", pairs, "--source-unit", "char", "--d-model", "8", "--heads", "2",
             "--feedforward", "16", "--epochs", "1", "--out", to / "model"});
  REQUIRE(done.code == 0);
  CHECK_THAT(done.out, Contains("32 to train on, 4 dev, 4 test"));
  const auto model = tapegrad::load_seq2seq(to / "model");
  CHECK(model.config.source_unit == tapegrad::Unit::character);
  CHECK(model.config.target_unit == tapegrad::Unit::word);
  CHECK(model.target.find("b").has_value());
}

TEST_CASE("the same seed gives the same results on 1 and 2 threads") {
  const TemporaryDirectory to;
  for (const char* threads : {"1", "2"}) {
    REQUIRE(train(quick({"--threads", threads, "--json", to / threads, "--quiet"})).code == 0);
  }
  CHECK(comparable(to / "1") == comparable(to / "2"));
}

TEST_CASE("a unit that the model does not know is told") {
  const TemporaryDirectory to;
  REQUIRE(train(quick({"--epochs", "1", "--out", to / "model"})).code == 2);  // given twice
  REQUIRE(train({"--below", "60", "--epochs", "1", "--d-model", "8", "--out", to / "model"}).code ==
          0);
  const Finished done = train({"--model", to / "model", "--try", "4x"});
  CHECK(done.code == 0);
  CHECK(done.err == "train_seq2seq: warning: \"4x\": the model does not know the char \"x\"\n");
  CHECK(train({"--model", to / "model", "--try", "xyx"}).err ==
        "train_seq2seq: warning: \"xyx\": the model does not know the chars \"x\", \"y\"\n");
  const std::string nines(99, '1');
  CHECK_THAT(
      complaint(2, {"--model", to / "model", "--try", nines}),
      Catch::StartsWith("--try: \"1111") && Contains("has 99 chars, the model takes at most "));
  const std::string pairs = to.file("pairs", nines + "\tone\n");
  CHECK_THAT(complaint(1, {"--model", to / "model", "--test", pairs}),
             Catch::StartsWith(pairs + ": ") && Contains("has 99 units"));
}

TEST_CASE("options of train_seq2seq that do not fit are wrong usage") {
  CHECK_THAT(complaint(2, {"--heads", "0"}), Contains("--heads"));
  CHECK(complaint(2, {"--heads", "3"}) == "--heads: 3 does not divide 64, the width of --d-model");
  CHECK(complaint(2, {"--direction", "up"}) ==
        "--direction: \"up\" is not one of to-words, to-number");
  CHECK(complaint(2, {"--dev", "x"}) == "--dev and --test need --train");
  CHECK(complaint(2, {"--source-unit", "char"}) ==
        "--source-unit and --target-unit need --train; digits are characters");
  CHECK(complaint(2, {"--train", "x", "--target-unit", "line"}) ==
        "--target-unit: \"line\" is not one of char, word");
  CHECK(complaint(2, {"--show-attention"}) == "--show-attention: needs --try TEXT");
  CHECK(complaint(2, {"--model", "x"}) == "--model: needs --try TEXT or --test FILE");
  CHECK(complaint(2, {"--below", "2000000"}) ==
        "--below: \"2000000\" is not a whole number from 3 to 1000000");
  CHECK(complaint(2, {"--below", "50", "--numbers", "41"}) ==
        "--numbers: 41 to train on, 5 for dev and 5 for test are more than there are below 50");
  CHECK(complaint(2, {"--train", "x", "--held-out", "1"}) ==
        "--held-out: 1 is not above 0 and below 1");
  for (const char* empty : {"", " \t"}) {
    CHECK_THAT(complaint(2, {"--model", "x", "--try", empty}),
               Catch::StartsWith("--try: \"") && Contains("\" is empty"));
  }
}

TEST_CASE("files that train_seq2seq cannot read or write are named") {
  const TemporaryDirectory directory;
  const std::string nowhere = directory / "nowhere";
  CHECK_THAT(complaint(1, {"--train", nowhere}), Contains(nowhere) && Contains("No such file"));
  CHECK_THAT(complaint(1, {"--model", nowhere, "--try", "1"}),
             Contains(nowhere) && Contains("No such file"));
  const std::string broken = directory.file("broken.tsv", "1\tone\n2\n");
  CHECK(complaint(1, {"--train", broken}) ==
        broken + ":2: expected a source, a tab and a target, found no tab in \"2\"");
  const std::string few = directory.file("few.tsv", "1\tone\n1\tuno\n");
  CHECK_THAT(complaint(1, {"--train", few}),
             Catch::StartsWith(few + ": has too few different sources"));
  for (const char* option : {"--json", "--predictions", "--trace"}) {
    CHECK(complaint(2, {option, nowhere + "/file"}) ==
          nowhere + "/file: the folder " + nowhere + " does not exist");
  }
  CHECK_THAT(complaint(1, {"--out", broken}), Contains(broken));
}

TEST_CASE("Ctrl-C ends the training of a sequence model, and what there is is saved") {
  const TemporaryDirectory to;
  Running program(
      "train_seq2seq",
      {"--below", "60", "--epochs", "100000000", "--out", to / "model", "--json", to / "r.json"},
      {}, Running::Errors::terminal);
  REQUIRE(program.shows_second_epoch());
  program.send(SIGINT);
  const Finished done = program.finish();
  CHECK(done.code == 130);
  CHECK_THAT(done.err, Contains("interrupted; the figures are those of the best finished epoch, "
                                "whose model is saved"));
  CHECK_THAT(done.out, Contains("exact match"));
  CHECK_NOTHROW(tapegrad::load_seq2seq(to / "model"));
  CHECK(Json::parse(read_file(to / "r.json"))["cancelled"] == true);
}
