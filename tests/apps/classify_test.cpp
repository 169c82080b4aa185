#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <tapegrad/training/model_folder.hpp>

#include "classified.hpp"

using Catch::Contains;
using tapegrad::read_file;
using Json = nlohmann::ordered_json;

TEST_CASE("classify --help reads like a manual page") {
  const Finished help = run("classify", {"--help"});
  CHECK(help.code == 0);
  CHECK(help.err.empty());
  for (const char* part : {"MODEL [FILE...]", "--output tsv|json|plain", "--top K", "--explain",
                           "--embed F", "An empty line", "Examples:", "Exit codes:"}) {
    CHECK_THAT(help.out, Contains(part));
  }
}

TEST_CASE("classify says of each line what train_sentiment's predictions said of it") {
  for (const std::string kind : classified_kinds) {
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
  for (const std::string kind : classified_kinds) {
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

TEST_CASE("a first line as of a file to train from is warned of, and answered") {
  const std::vector<std::pair<std::string, std::string>> warned = {
      {"good\tfine film\n", "begins with the class \"good\""},
      {"__label__good fine film\n", "begins with the class \"good\""},
      {"fine film\tgood\n", "ends with the class \"good\""},
      {"id\tText\tmark\n", "is a header, with the column \"Text\""},
      {"sentence\tlabel\n", "is a header, with the column \"sentence\""}};
  for (const auto& [line, found] : warned) {
    const Finished done = classify("bag", {}, line + "bad\tdull\n");
    CHECK(done.code == 0);
    CHECK(lines(done.out).size() == 2);
    CHECK_THAT(done.err, Contains("classify: warning: -: line 1 " + found));
    CHECK(lines(done.err).size() == 1);
  }
  for (const std::string line :
       {"good film\n", "fine good\n", "text\n", "a text\tof two\n", "film\ngood\tfilm\n"}) {
    CHECK(classify("bag", {}, line).err.empty());
  }
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

TEST_CASE("the option --top tells the most probable classes in their order, as many as there are") {
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

TEST_CASE("names with quotes and backslashes stay in their field") {
  const TemporaryDirectory directory;
  std::filesystem::copy(models()["bag"], directory.path());
  Json config = Json::parse(read_file(directory / "config.json"));
  config["labels"] = {"a b\\", "say \"c\""};
  directory.file("config.json", config.dump());
  const std::string input = "fine\ndull\n";
  CHECK(run("classify", {directory.path(), "--output", "plain"}, input).out ==
        "say \"c\"\na b\\\\\n");
  const auto said = lines(run("classify", {directory.path(), "--output", "json"}, input).out);
  REQUIRE(said.size() == 2);
  CHECK(Json::parse(said[0])["label"] == "say \"c\"");
  CHECK(Json::parse(said[1])["probabilities"].begin().key() == "a b\\");
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

TEST_CASE(
    "the option --explain tells of each token, and in a bag the weights give the probability") {
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

TEST_CASE("the option --embed writes the vectors of the texts, as numbers or as .npy") {
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

  for (const std::string kind : classified_kinds) {
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
