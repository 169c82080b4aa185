#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <tapegrad/core/kernels/blas.hpp>
#include <tapegrad/core/version.hpp>
#include <tapegrad/training/model_folder.hpp>

#include <lines.hpp>
#include "comparable.hpp"
#include "made_up.hpp"
#include "program.hpp"

using Catch::Contains;
using tapegrad::read_file;
using Json = nlohmann::ordered_json;

namespace {

Finished train(const std::vector<std::string>& arguments, const std::string& input = {}) {
  return run("train_sentiment", arguments, input);
}

std::vector<std::string> fields(const std::string& line) {
  std::vector<std::string> all;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, '\t');) all.push_back(field);
  return all;
}

}  // namespace

TEST_CASE("train_sentiment --help reads like a manual page") {
  const Finished help = train({"--help"});
  CHECK(help.code == 0);
  CHECK(help.err.empty());
  for (const char* part : {"--train F", "--embeddings", "frozen|finetune|random|thaw:N|newwords",
                           "newwords", "__label__NAME text", "Examples:", "Exit codes:"}) {
    CHECK_THAT(help.out, Contains(part));
  }
}

TEST_CASE("train_sentiment --version names the library, the BLAS and its kernels") {
  const Finished version = train({"--version"});
  CHECK(version.code == 0);
  CHECK_THAT(version.out, Contains(std::string("tapegrad ") + tapegrad::version()));
  CHECK_THAT(version.out, Contains(tapegrad::blas_name()));
  CHECK_THAT(version.out, Contains(tapegrad::blas_kernels() + std::string(" kernels")));
}

TEST_CASE("the table names each way of embedding, and the proof tells of the padding row") {
  const MadeUp files;
  const auto arguments =
      files.arguments({"--embeddings", "frozen,finetune,random,thaw:1,newwords,newwords:1"});
  const Finished done = train(arguments);
  CHECK(done.code == 0);
  CHECK_THAT(done.out, Contains("train         40 texts  " + files.train));
  for (const char* way :
       {"\nfrozen ", "\nfinetune ", "\nrandom ", "\nthaw:1 ", "\nnewwords ", "\nnewwords:1 "}) {
    CHECK_THAT(done.out, Contains(way));
  }
  CHECK_THAT(done.out, Contains("frozen      the table got no gradient at all"));
  CHECK_THAT(done.out,
             Contains("row 0 (padding) among them never; norm of row 0: 0 before, 0 after"));
  CHECK_THAT(done.out, Contains("standard deviation over seeds"));
  CHECK_FALSE(std::regex_search(done.out, std::regex("\\d\\.0  ")));  // 20 epochs, not 20.0
  for (const std::string& line : lines_of(done.out.substr(done.out.find("\nembeddings ")))) {
    if (line.rfind("  ", 0) != 0) CHECK(line.size() <= 80 + 3);  // a ± has two bytes
  }
}

TEST_CASE("without options train_sentiment says that it trains on its own reviews") {
  const Finished done = train({"--epochs", "1", "--seeds", "1", "--embeddings", "frozen"});
  CHECK(done.code == 0);
  CHECK_THAT(done.out, Contains("1,600 texts") && Contains("reviews.train.tsv"));
  CHECK_THAT(done.out, Contains("glove.6B.100d.words.txt.gz"));
}

TEST_CASE("results are written as JSON, predictions and a model, which agree with each other") {
  const MadeUp files;
  const TemporaryDirectory to;
  const auto arguments = files.arguments({"--seeds", "2", "--json", to / "r.json", "--predictions",
                                          to / "p.tsv", "--out", to / "a/model"});
  const Finished done = train(arguments);
  REQUIRE(done.code == 0);

  const Json json = Json::parse(read_file(to / "r.json"));
  REQUIRE(json["runs"].size() == 3);
  CHECK(json["runs"][1]["embeddings"] == "finetune");
  CHECK(json["settings"]["seeds"] == 2);
  double best = 0;
  for (const Json& run : json["runs"]) {
    for (const Json& training : run["trainings"]) {
      best = std::max(best, training["dev_accuracy"].get<double>());
    }
  }

  const auto model = tapegrad::load_model(to / "a/model");
  CHECK(model.labels == std::vector<std::string>{"bad", "good"});
  const auto rows = lines_of(read_file(to / "p.tsv"));
  REQUIRE(rows.size() == 1 + 16);
  CHECK(rows[0] == "text\tlabel\tpredicted\tp(bad)\tp(good)");
  const auto test = lines_of(read_file(files.test));
  const tapegrad::Tokenizer tokenizer(model.rules);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const auto row = fields(rows[i]);
    REQUIRE(row.size() == 5);
    CHECK(row[0] == std::to_string(i));
    const auto space = test[i - 1].find(' ');
    CHECK(row[1] == test[i - 1].substr(0, space));
    const double bad = std::stod(row[3]), good = std::stod(row[4]);
    CHECK(bad + good == Approx(1).margin(2e-6));
    CHECK(row[2] == (bad >= good ? "bad" : "good"));
    const auto again =
        predict(model.net, encode({test[i - 1].substr(space + 1)}, tokenizer, model.vocabulary));
    CHECK(again.probabilities(0, 1) == Approx(good).margin(2e-6));
  }
}

TEST_CASE("the same seed gives the same JSON and model bytes, at any number of threads") {
  const MadeUp files;
  const TemporaryDirectory to;
  const auto run_with = [&](const std::string& name, const std::string& threads,
                            const std::string& seed) {
    const auto arguments = files.arguments({"--seeds", "1", "--threads", threads, "--seed", seed,
                                            "--json", to / (name + ".json"), "--out", to / name});
    REQUIRE(train(arguments).code == 0);
    const Json json = Json::parse(read_file(to / (name + ".json")));
    CHECK(json["environment"]["threads"] == std::stoi(threads));
  };
  run_with("a", "1", "3");
  run_with("b", "2", "3");
  run_with("c", "1", "4");
  CHECK(comparable(to / "a.json") == comparable(to / "b.json"));
  CHECK(comparable(to / "a.json") != comparable(to / "c.json"));
  for (const char* file : {"/config.json", "/vocab.txt", "/model.safetensors"}) {
    CHECK(read_file((to / "a") + file) == read_file((to / "b") + file));
  }
  CHECK(read_file(to / "a/model.safetensors") != read_file(to / "c/model.safetensors"));
}

TEST_CASE("a convolutional network is trained, told of, and saved, the same on any threads") {
  const MadeUp files;
  const TemporaryDirectory to;
  const auto run_with = [&](const std::string& name, const std::string& threads) {
    const Finished done = train(files.arguments(
        {"--model", "cnn", "--filter-widths", "2,7", "--filters", "5", "--epochs", "2", "--seeds",
         "1", "--threads", threads, "--json", to / (name + ".json"), "--out", to / name}));
    REQUIRE(done.code == 0);
    CHECK_THAT(done.out, Contains("5 filters of each width 2, 7 -> maximum -> linear") &&
                             Contains("dropout 0.5"));
    return comparable(to / (name + ".json")) + read_file(to / (name + "/model.safetensors"));
  };
  CHECK(run_with("one", "1") == run_with("two", "2"));
  const Json settings = Json::parse(read_file(to / "one.json"))["settings"];
  CHECK(settings["model"] == "cnn");
  CHECK(settings["filter_widths"] == Json({2, 7}));
  CHECK(settings["filters"] == 5);
  CHECK_FALSE(settings.contains("hidden"));
  CHECK(tapegrad::load_model(to / "one").config.filters == 5);
}

TEST_CASE("n-grams and Naive-Bayes weights: the saved model predicts the same, on any threads") {
  const MadeUp files;
  const TemporaryDirectory to;
  const auto run_with = [&](const std::string& name, const std::string& threads,
                            const std::string& buckets) {
    auto all = files.arguments({"--embeddings", "random", "--epochs", "2", "--seeds", "1", "--out",
                                to / name, "--predictions", to / (name + ".tsv"), "--ngrams", "3",
                                "--threads", threads, "--buckets", buckets});
    all.emplace_back("--nb-weights");
    if (buckets == "0") all.insert(all.end(), {"--ngram-min-count", "1"});
    REQUIRE(train(all).code == 0);
    return read_file(to / (name + "/model.safetensors")) + read_file(to / (name + ".tsv"));
  };
  const std::string one = run_with("one", "1", "0");
  CHECK(run_with("two", "2", "0") == one);
  CHECK(run_with("three", "3", "0") == one);
  CHECK(run_with("hashed", "1", "100") != one);
  for (const char* name : {"one", "hashed"}) {
    const auto model = tapegrad::load_model(to / name);
    const auto rows = lines_of(read_file(to / (std::string(name) + ".tsv")));
    const auto test = lines_of(read_file(files.test));
    for (std::size_t i = 1; i < rows.size(); ++i) {
      const std::string text = test[i - 1].substr(test[i - 1].find(' ') + 1);
      const auto again = predict(model.net, encode(model, {text}));
      CHECK(again.probabilities(0, 1) == Approx(std::stod(fields(rows[i])[4])).margin(2e-6));
    }
  }
}

TEST_CASE("the option --cache keeps the vectors, says so once, and changes no result") {
  const MadeUp files;
  const TemporaryDirectory to;
  const auto run_with = [&](const std::string& name, std::vector<std::string> more) {
    more.insert(more.end(), {"--seeds", "1", "--json", to / name});
    const Finished done = train(files.arguments(more));
    REQUIRE(done.code == 0);
    return done.err;
  };
  CHECK(run_with("plain", {}).empty());
  const std::string told = run_with("first", {"--cache", to / "cache"});
  CHECK_THAT(told, Contains(files.vectors + ": cached in " + (to / "cache/vectors.txt.")));
  CHECK(run_with("second", {"--cache", to / "cache"}).empty());
  CHECK(comparable(to / "first") == comparable(to / "plain"));
  CHECK(comparable(to / "second") == comparable(to / "plain"));
}

TEST_CASE("texts come from standard input, and are cross-validated without a test file") {
  const MadeUp files;
  const Finished done = train({"--train", "-", "--form", "label-text", "--embeddings", "random",
                               "--dim", "4", "--folds", "4", "--seeds", "1", "--epochs", "2"},
                              read_file(files.train));
  CHECK(done.code == 0);
  CHECK_THAT(done.out, Contains("train         40 texts  -"));
  CHECK_THAT(done.out, Contains("4 folds") && Contains("standard deviation over folds"));
}

TEST_CASE("one file a class is read as NAME=FILE,NAME=FILE") {
  const TemporaryDirectory directory;
  const std::string bad = directory.file("bad.txt", "so dull\nso poor\nan awful film\nweak\n");
  const std::string good = directory.file("good.txt", "so fine\nso nice\na great film\nlovely\n");
  const Finished done = train({"--train", "neg=" + bad + ",pos=" + good, "--embeddings", "random",
                               "--dim", "4", "--folds", "2", "--seeds", "2", "--epochs", "2",
                               "--predictions", directory / "p.tsv"});
  CHECK(done.code == 0);
  CHECK_THAT(done.out, Contains("2 classes (neg, pos)"));
  CHECK(lines_of(read_file(directory / "p.tsv")).size() == 1 + 4);
}

TEST_CASE("Ctrl-C ends the training at the next batch, and the best model so far is saved") {
  const MadeUp files;
  const TemporaryDirectory to;
  const auto arguments =
      files.arguments({"--embeddings", "finetune,random", "--epochs", "100000000", "--out",
                       to / "model", "--json", to / "r.json"});
  Running program("train_sentiment", arguments, {}, Running::Errors::terminal);
  REQUIRE(program.shows("finetune, seed 1 (1 of 10)"));
  REQUIRE(program.shows_second_epoch());
  program.send(SIGINT);
  const Finished done = program.finish();
  CHECK(done.code == 130);
  CHECK_THAT(done.err, Contains("interrupted; the figures are those of the finished epochs, the "
                                "best model so far is saved"));
  CHECK_THAT(done.out, Contains("\nfinetune ") && !Contains("\nrandom "));
  CHECK(tapegrad::load_model(to / "model").labels.size() == 2);
  CHECK(Json::parse(read_file(to / "r.json"))["cancelled"] == true);
}

TEST_CASE("SST-2 in miniature: fine-tuned GloVe vectors beat chance clearly") {
  const std::string data = TAPEGRAD_DATA_DIR;
  if (!std::filesystem::exists(data + "/sst2/stsa.binary.train")) {
    WARN("not run: " << data << "/sst2 is missing");
    return;
  }
  const TemporaryDirectory directory;
  const auto all = lines_of(read_file(data + "/sst2/stsa.binary.train"));
  const auto part = [&](const char* name, std::size_t begin, std::size_t end) {
    std::string text;
    for (std::size_t i = begin; i < end; ++i) text += all.at(i) + "\n";
    return directory.file(name, text);
  };
  const Finished done = train({"--train",      part("train", 0, 1500),
                               "--dev",        part("dev", 1500, 2000),
                               "--test",       part("test", 2000, 2800),
                               "--vectors",    data + "/glove/glove.6B.100d.trim60mb.txt",
                               "--embeddings", "finetune",
                               "--seeds",      "1",
                               "--threads",    "1",
                               "--epochs",     "5",
                               "--lr",         "0.01",
                               "--json",       directory / "r.json"});
  REQUIRE(done.code == 0);
  const Json json = Json::parse(read_file(directory / "r.json"));
  // Chance is .52 on these lines, and five deviations of a coin's share over 800 texts are .09.
  CHECK(json["runs"][0]["test"]["accuracy"]["mean"].get<double>() > 0.65);
}
