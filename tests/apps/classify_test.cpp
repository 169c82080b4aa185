#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <tapegrad/training/model_folder.hpp>

#include "made_up.hpp"
#include "piped.hpp"
#include "program.hpp"

using Catch::Contains;
using tapegrad::read_file;
using Json = nlohmann::ordered_json;
using Strings = std::vector<std::string>;

namespace {

Strings split(const std::string& text, char separator) {
  Strings all;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) all.push_back(part);
  return all;
}
Strings lines(const std::string& text) {
  return split(text, '\n');
}

// Models of each kind, trained once by the program.
struct Models {
  MadeUp files;
  TemporaryDirectory directory;

  Models() {
    train("bag", {});
    train("mean", {"--model", "mean", "--hidden", "3"});
    train("cnn", {"--model", "cnn", "--filter-widths", "2,3", "--filters", "3"});
    train("ngrams", {"--ngrams", "2", "--ngram-min-count", "1"});
  }
  void train(const std::string& name, Strings more) {
    more.insert(more.end(),
                {"--out", directory / name, "--predictions", directory / (name + ".p"),
                 "--embeddings", "finetune", "--seeds", "1", "--epochs", "20", "--lr", "0.03"});
    const Finished done = run("train_sentiment", files.arguments(more));
    if (done.code != 0) throw std::runtime_error(done.err);
  }
  std::string operator[](const std::string& name) const { return directory / name; }
};

const Models& models() {
  static const Models all;
  return all;
}

Finished classify(const std::string& model, Strings arguments, const std::string& input = {}) {
  arguments.insert(arguments.begin(), models()[model]);
  return run("classify", arguments, input);
}

// The texts of the test file, without their labels.
std::string test_texts() {
  std::string texts;
  for (const auto& line : lines(read_file(models().files.test))) {
    texts += line.substr(line.find(' ') + 1) + "\n";
  }
  return texts;
}

constexpr const char* kinds[] = {"bag", "mean", "cnn", "ngrams"};

}  // namespace

TEST_CASE("classify --help reads like a manual page") {
  const Finished help = run("classify", {"--help"});
  CHECK(help.code == 0);
  CHECK(help.err.empty());
  for (const char* part : {"MODEL [FILE...]", "--output tsv|json|plain", "--top K", "--explain",
                           "--embed F", "An empty line", "Examples:", "Exit status:"}) {
    CHECK_THAT(help.out, Contains(part));
  }
}

TEST_CASE("classify says of each line what train_sentiment's predictions said of it") {
  for (const std::string kind : kinds) {
    const auto expected = lines(read_file(models()[kind + ".p"]));
    for (const Strings& how : {Strings{}, {"--threads", "1", "--batch", "3"}}) {
      const Finished done = classify(kind, how, test_texts());
      CHECK(done.code == 0);
      CHECK(done.err.empty());
      const auto said = lines(done.out);
      REQUIRE(said.size() + 1 == expected.size());
      for (std::size_t i = 0; i < said.size(); ++i) {
        const auto row = split(expected[i + 1], '\t');
        const auto fields = split(said[i], '\t');
        REQUIRE(fields.size() == 2);
        CHECK(fields[0] == row[2]);
        CHECK(std::stod(fields[1]) ==
              Approx(std::max(std::stod(row[3]), std::stod(row[4]))).margin(2e-6));
      }
    }
  }
}

TEST_CASE("any number of threads writes the same bytes") {
  std::string texts;
  for (int i = 0; i < 40; ++i) texts += test_texts();
  for (const std::string kind : kinds) {
    const Strings how = {"--batch", "16", "--explain", "--output", "json", "--threads"};
    const auto with = [&](const char* threads) {
      Strings all = how;
      all.emplace_back(threads);
      return classify(kind, all, texts).out;
    };
    const std::string one = with("1");
    CHECK(lines(one).size() == 640);
    CHECK(with("2") == one);
    CHECK(with("5") == one);
  }
}

TEST_CASE("an empty line, a lone CR and a last line without LF are texts too") {
  const Finished done = classify("bag", {}, "fine film\n\n\r\n   \ndull film");
  CHECK(done.code == 0);
  const auto said = lines(done.out);
  REQUIRE(said.size() == 5);
  CHECK(said[1] == said[2]);
  CHECK(said[1] == said[3]);
  CHECK_THAT(said[0], Contains("good\t"));
  CHECK_THAT(said[4], Contains("bad\t"));
  CHECK(classify("bag", {}, "").out.empty());
  CHECK(classify("bag", {}, "").code == 0);
}

TEST_CASE("NUL and bytes that are no UTF-8 are taken as in training, however long the line is") {
  const std::string nul("fine\0film\n", 10);
  CHECK(classify("bag", {}, nul).out == classify("bag", {}, "fine film\n").out);
  CHECK(classify("bag", {}, "fine \xFF\xC3 film\n").out ==
        classify("bag", {}, "fine \xEF\xBF\xBD\xEF\xBF\xBD film\n").out);
  std::string longest = "dull";
  for (int i = 0; i < 100'000; ++i) longest += " dull film";
  const auto said = lines(classify("cnn", {}, longest + "\nfine\n").out);
  REQUIRE(said.size() == 2);
  CHECK_THAT(said[0], Contains("bad\t"));
  CHECK_THAT(said[1], Contains("good\t"));
}

TEST_CASE("files are read one after the other, gzip too, and - is standard input") {
  const TemporaryDirectory directory;
  const std::string a = directory.file("a", "fine\ndull\n");
  const std::string b = directory.file("b", "nice");
  REQUIRE(std::system(("gzip " + b).c_str()) == 0);
  const Finished done = classify("bag", {"--output", "plain", a, b + ".gz", "-", a}, "weak\n");
  CHECK(done.code == 0);
  CHECK(done.out == "good\nbad\ngood\nbad\ngood\nbad\n");
}

TEST_CASE("--top tells the most probable classes in their order, as many as there are") {
  const Finished tsv = classify("bag", {"--top", "2"}, "fine\ndull\n");
  const auto said = lines(tsv.out);
  REQUIRE(said.size() == 2);
  for (const auto& line : said) {
    const auto fields = split(line, '\t');
    REQUIRE(fields.size() == 4);
    CHECK(std::stod(fields[1]) >= std::stod(fields[3]));
    CHECK(std::stod(fields[1]) + std::stod(fields[3]) == Approx(1).margin(2e-6));
  }
  CHECK(split(said[0], '\t')[2] == "bad");
  CHECK(split(said[1], '\t')[2] == "good");
  CHECK(classify("bag", {"--top", "9"}, "fine\ndull\n").out == tsv.out);
  CHECK(classify("bag", {"--top", "2", "--output", "plain"}, "fine\n").out == "good\tbad\n");
  const Json json = Json::parse(classify("bag", {"--top", "1", "--output", "json"}, "fine\n").out);
  CHECK(json["probabilities"].size() == 1);
  CHECK(json["probabilities"].contains("good"));
}

TEST_CASE("JSON lines hold the label and all probabilities by name, in the model's order") {
  const auto said = lines(classify("bag", {"--output", "json"}, "fine\ndull\n").out);
  REQUIRE(said.size() == 2);
  const Json fine = Json::parse(said[0]);
  CHECK(fine["label"] == "good");
  CHECK(fine.size() == 2);
  CHECK(fine["probabilities"].begin().key() == "bad");
  const double good = fine["probabilities"]["good"];
  CHECK(good + fine["probabilities"]["bad"].get<double>() == Approx(1).margin(2e-6));
  CHECK(good > 0.5);
}

TEST_CASE("names with tabs, quotes and line ends stay in their field and line") {
  const TemporaryDirectory directory;
  std::filesystem::copy(models()["bag"], directory.path());
  Json config = Json::parse(read_file(directory / "config.json"));
  config["labels"] = {"a\tb\\", "say \"c\"\n"};
  directory.file("config.json", config.dump());
  const std::string input = "fine\ndull\n";
  CHECK(run("classify", {directory.path(), "--output", "plain"}, input).out ==
        "say \"c\"\\n\na\\tb\\\\\n");
  const auto said = lines(run("classify", {directory.path(), "--output", "json"}, input).out);
  REQUIRE(said.size() == 2);
  CHECK(Json::parse(said[0])["label"] == "say \"c\"\n");
  CHECK(Json::parse(said[1])["probabilities"].begin().key() == "a\tb\\");
}

TEST_CASE("a model that computes NaN still writes JSON, and a class") {
  const TemporaryDirectory directory;
  const auto model = tapegrad::load_model(models()["bag"]);
  const auto& out = std::get<tapegrad::BagClassifier>(model.net.net).out;
  tapegrad::Parameter(out.bias).assign({NAN, 0});
  save_model(model, directory.path());
  const Finished done =
      run("classify", {directory.path(), "--output", "json", "--explain"}, "fine\n");
  CHECK(done.code == 0);
  const Json json = Json::parse(done.out);
  CHECK(json["label"] == "bad");
  CHECK(json["probabilities"]["good"].is_null());
  CHECK(json["tokens"][0]["weight"].is_number());
}

TEST_CASE("--explain tells of each token, and in a bag the weights give the probability") {
  for (const std::string kind : {"bag", "ngrams"}) {
    const auto loaded = tapegrad::load_model(models()[kind]);
    const auto& bias = std::get<tapegrad::BagClassifier>(loaded.net.net).out.bias.value();
    const auto said = lines(classify(kind, {"--explain", "--output", "json"}, test_texts()).out);
    REQUIRE(said.size() == 16);
    for (const auto& line : said) {
      const Json json = Json::parse(line);
      REQUIRE(json["tokens"].size() >= 6);
      CHECK(json["tokens"][0]["token"] == "a");
      CHECK(json["tokens"][2]["token"] == ",");
      const bool more = json["tokens"].size() > 6;
      CHECK(more == (kind == "ngrams"));
      if (more) CHECK(json["tokens"][6]["token"] == "a film");
      const std::size_t c = json["label"] == "bad" ? 0 : 1;
      double sum = bias(c);
      for (const Json& token : json["tokens"]) sum += token["weight"].get<double>();
      std::string text;
      for (std::size_t i = 0; i < 6; ++i)
        text += json["tokens"][i]["token"].get<std::string>() + " ";
      const auto logits = loaded.net(encode(loaded, {text}), {0}, tapegrad::Context{}).value();
      CHECK(sum == Approx(logits(0, c)).margin(1e-4));
    }
  }
  const auto plain =
      split(classify("bag", {"--explain", "--output", "plain"}, "Fine film\n").out, '\t');
  REQUIRE(plain.size() == 3);
  CHECK(plain[0] == "good");
  CHECK_THAT(plain[1], Contains("fine:0."));
  CHECK_THAT(plain[2], Contains("film:"));
  for (const char* kind : {"mean", "cnn"}) {
    const auto said = lines(classify(kind, {"--explain", "--output", "json"}, "fine\n\n").out);
    REQUIRE(said.size() == 2);
    CHECK(Json::parse(said[0])["tokens"].size() == 1);
    CHECK(Json::parse(said[1])["tokens"].empty());
  }
}

TEST_CASE("--embed writes the vectors of the texts, as numbers or as .npy") {
  const TemporaryDirectory to;
  const Finished shown = classify("bag", {"--embed", "-"}, "fine film\n\nnice\n");
  CHECK(shown.code == 0);
  const auto rows = lines(shown.out);
  REQUIRE(rows.size() == 3);
  const auto model = tapegrad::load_model(models()["bag"]);
  const auto row_of = [&](const char* word) {
    return static_cast<std::size_t>(model.vocabulary.id(word));
  };
  const auto& table = model.net.table().value();
  const auto first = split(rows[0], '\t');
  REQUIRE(first.size() == 4);
  for (std::size_t d = 0; d < 4; ++d) {
    CHECK(std::stod(first[d]) ==
          Approx((table(row_of("fine"), d) + table(row_of("film"), d)) / 2).margin(1e-7));
    CHECK(std::stof(split(rows[2], '\t')[d]) == table(row_of("nice"), d));
  }
  CHECK(rows[1] == "0\t0\t0\t0");

  const Finished tsv = classify("bag", {"--embed", to / "v.tsv"}, "fine film\n\nnice\n");
  CHECK(tsv.code == 0);
  CHECK(tsv.out.empty());
  CHECK(read_file(to / "v.tsv") == shown.out);

  for (const std::string kind : kinds) {
    const auto vectors = lines(classify(kind, {"--embed", "-"}, test_texts()).out);
    const Finished npy = classify(kind, {"--embed", to / "v.npy"}, test_texts());
    CHECK(npy.code == 0);
    const std::string bytes = read_file(to / "v.npy");
    const std::size_t width = split(vectors[0], '\t').size();
    CHECK_THAT(bytes.substr(0, 128), Contains("'shape': (16, " + std::to_string(width) + ")"));
    REQUIRE(bytes.size() > 16 * width * 4);
    const char* values = bytes.data() + bytes.size() - 16 * width * 4;
    for (std::size_t i = 0; i < 16 * width; ++i) {
      float value = 0;
      std::memcpy(&value, values + 4 * i, 4);
      CHECK(value == std::stof(split(vectors[i / width], '\t')[i % width]));
    }
  }
}

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
        "classify: error: standard output: cannot write: No space left on device\n");
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
  fails({"/nowhere"}, 1, "/nowhere/config.json: cannot read");
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

TEST_CASE("--keep-vectors is refused, or told to be of no use, where it cannot work") {
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
