#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/report/page_parts.hpp>
#include <tapegrad/report/record_json.hpp>
#include <tapegrad/report/report.hpp>
#include <tapegrad/training/checkpoints.hpp>

#include <temporary.hpp>
#include "small_report.hpp"

namespace tg = tapegrad;
using Catch::Contains;
using Json = nlohmann::ordered_json;
using namespace small_report;

TEST_CASE("numbers in a report are short, and null if they are none") {
  const auto text = [](double x, int digits) { return tg::short_number(x, digits).dump(); };
  CHECK(text(0.123456789, 5) == "0.12346");
  CHECK(text(2.0 / 3, 4) == "0.6667");
  CHECK(text(-0.0, 4) == "0");
  CHECK(text(1, 4) == "1");
  CHECK(text(1.5e-9, 4) == "1.5e-09");
  CHECK(text(123456, 4) == "123500");
  CHECK(text(std::numeric_limits<double>::quiet_NaN(), 4) == "null");
  CHECK(text(-std::numeric_limits<double>::infinity(), 4) == "null");
}

TEST_CASE("the first training of each way is recorded, of the others the figures") {
  const Recorded all = run(corpus(), options_of({"frozen", "finetune", "random"}));
  const Json json = all.json();
  CHECK(json["format_version"] == 1);
  CHECK(json["title"] == "title");
  CHECK(json["data"]["files"][0]["file"] == "made up");
  REQUIRE(json["ways"].size() == 3);
  for (const Json& way : json["ways"]) {
    REQUIRE(way["runs"].size() == 2);
    CHECK(way["recorded"]["seed"] == 1);
    CHECK(way["recorded"]["fold"] == 1);
    CHECK(way["recorded"]["first_step"] == 0);
    CHECK(way["recorded"]["epochs"] == Json({0, 1, 2, 3}));
    for (const Json& run : way["runs"]) {
      for (const char* list : {"loss", "train_accuracy", "dev_accuracy", "dev_loss"}) {
        REQUIRE(run[list].size() == 3);
        for (const Json& value : run[list]) CHECK(value.is_number());
      }
    }
  }
  const Json& frozen = json["ways"][0]["recorded"];
  const Json& tuned = json["ways"][1]["recorded"];
  CHECK(frozen["steps"]["step"].empty());
  CHECK(frozen["neighbours"].empty());
  CHECK(frozen["pca"]["xy"][0] == frozen["pca"]["xy"][3]);
  CHECK(tuned["steps"]["step"].size() == 9);
  CHECK(tuned["neighbours"].size() > 0);
  CHECK(tuned["padding"]["steps_with_padding"] == 0);
}

TEST_CASE("the words are those of train by frequency, then those of test that have a vector") {
  const Json json = run(corpus(), options_of({"finetune", "random"})).json();
  const Json& tuned = json["ways"][0]["recorded"];
  CHECK(tuned["words"] ==
        Json({"film", "nice", "a", "and", "dull", "fine", "poor", "so", ",", "but", "surprise"}));
  CHECK(tuned["count"] == Json({3, 3, 2, 2, 2, 2, 2, 2, 1, 1, 0}));
  CHECK(tuned["pretrained"] == Json({1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 1}));
  CHECK(json["ways"][1]["recorded"]["pretrained"] == Json(std::vector<int>(11, 0)));
  CHECK(tuned["touched"][10] == 0);
  CHECK(tuned["gradient"][10] == 0);
}

TEST_CASE("few words, neighbours and texts are kept if that is wanted") {
  const Recorded all = run(corpus(), options_of({"finetune"}),
                           {.words = {"and"}, .most_words = 3, .most_moved = 2, .neighbours = 1});
  const Json recorded = all.json()["ways"][0]["recorded"];
  CHECK(recorded["words"] == Json({"film", "nice", "a"}));
  for (const Json& xy : recorded["pca"]["xy"]) CHECK(xy.size() == 6);
  REQUIRE(recorded["neighbours"].size() == 3);
  CHECK(recorded["neighbours"][2]["word"] == "and");
  CHECK(recorded["neighbours"][2]["after"].size() == 1);
}

TEST_CASE("a word asked for that is not there is told once") {
  std::vector<std::string> warnings;
  const auto before = tg::set_warning_sink([&](const auto& text) { warnings.push_back(text); });
  run(corpus(), options_of({"finetune", "random"}), {.words = {"elsewhere"}});
  tg::set_warning_sink(before);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0] == "report: \"elsewhere\" is not in the vocabulary, and so has no neighbours");
}

TEST_CASE("texts are told with their own words, unknown ones too, and judged or misjudged") {
  const Recorded all =
      run(corpus({{"bad", "fine unheard-of film"}, {"good", "nice"}, {"odd", "dull film"}}),
          options_of({"random"}));
  const Json recorded = all.json()["ways"][0]["recorded"];
  Json texts = recorded["mistakes"];
  for (const Json& each : recorded["right"]) texts.push_back(each);
  REQUIRE(texts.size() == 3);
  std::vector<std::string> read;
  for (const Json& each : texts) {
    std::string text;
    for (const Json& token : each["text"]) text += token[0].get<std::string>() + " ";
    read.push_back(text);
    CHECK(each["probability"] >= 0.5);
  }
  CHECK_THAT(read, Catch::UnorderedEquals(
                       std::vector<std::string>{"fine unheard-of film ", "nice ", "dull film "}));
  const Json& table = recorded["confusion"];
  REQUIRE(table.size() == 3);
  for (const Json& row : table) {
    CHECK(row[0].get<int>() + row[1].get<int>() == 1);
    CHECK(row[2] == 0);
  }
  for (const Json& mistake : recorded["mistakes"]) CHECK(mistake["label"] != mistake["predicted"]);
  for (const Json& right : recorded["right"]) CHECK(right["label"] == right["predicted"]);
}

TEST_CASE("of a long text the first tokens are kept, and how many were left out is told") {
  const Recorded all = run(corpus({{"bad", "a dull film and so so poor"}, {"good", "a nice film"}}),
                           options_of({"finetune"}), {.most_tokens = 3});
  const Recorded whole = run(all.corpus, options_of({"finetune"}));
  const auto texts_of = [](const Recorded& of) {
    Json recorded = of.json()["ways"][0]["recorded"];
    Json texts = recorded["mistakes"];
    for (const Json& each : recorded["right"]) texts.push_back(each);
    return texts;
  };
  const Json cut = texts_of(all), uncut = texts_of(whole);
  REQUIRE(cut.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const std::size_t tokens = uncut[i]["text"].size();
    CHECK_FALSE(uncut[i].contains("left_out"));
    REQUIRE(cut[i]["text"].size() == 3);
    for (std::size_t k = 0; k < 3; ++k) CHECK(cut[i]["text"][k] == uncut[i]["text"][k]);
    CHECK((tokens == 3 || tokens == 7));
    CHECK(cut[i].contains("left_out") == (tokens == 7));
    CHECK(cut[i].value("left_out", 0) == (tokens == 7 ? 4 : 0));
  }
}

TEST_CASE("ways that an interrupted experiment did not come to have no sizes") {
  Recorded all = run(corpus(), options_of({"frozen", "finetune"}));
  all.result.groups[1].runs.clear();
  all.result.groups[1].values = {};
  all.result.cancelled = true;
  const Json json = all.json();
  CHECK(json["ways"][0]["trainable"].is_number());
  const Json& none = json["ways"][1];
  for (const char* name : {"trainable", "values", "recorded"}) CHECK(none[name].is_null());
  CHECK(none["runs"].empty());
}

TEST_CASE("a probability that underflows has the loss of the smallest normal number") {
  const tiny::Labelled wrong = {{"bad", "nice fine"}, {"good", "dull poor"}};
  tg::Corpus data = tiny::corpus(some_train, wrong, some_test);
  data.files = corpus().files;
  tg::ExperimentOptions options = options_of({"random"});
  options.lr = 100;
  const Json run_json = run(data, options).json()["ways"][0]["runs"][0];
  CHECK(run_json["dev_accuracy"][2] == 0);
  // -log(2^-126)
  CHECK(run_json["dev_loss"][2].get<double>() == Approx(126 * std::log(2.0)).epsilon(1e-4));
}

TEST_CASE("dev texts with a label that train does not have are not in the loss on dev") {
  const auto losses = [](const tiny::Labelled& dev) {
    tg::Corpus data = tiny::corpus(some_train, dev, some_test);
    data.files = corpus().files;
    return run(data, options_of({"random"})).json()["ways"][0]["runs"][0]["dev_loss"];
  };
  CHECK(losses({{"bad", "dull"}, {"odd", "fine"}}) == losses({{"bad", "dull"}}));
  CHECK(losses({{"odd", "fine"}}) == Json({nullptr, nullptr, nullptr}));
}

TEST_CASE("with three classes words lean to the likeliest") {
  tiny::Labelled three = some_train;
  three.push_back({"odd", "a strange film"});
  tg::Corpus data = tiny::corpus(three, some_dev, some_test);
  data.files = {{"train", "made up", "tests", three.size()}};
  const Json recorded = run(data, options_of({"random"})).json()["ways"][0]["recorded"];
  CHECK(recorded["leaning_class"].is_null());
  for (const Json& epoch : recorded["leaning"]) {
    REQUIRE(epoch.size() == recorded["words"].size());
    for (const Json& p : epoch) CHECK((p > 0.3333 && p <= 1));
  }
  CHECK(recorded["leaning_label"].size() == 4);
}

TEST_CASE("vectors of width 1 and texts without words have a report too") {
  tg::ExperimentOptions options = options_of({"random"});
  options.width = 1;
  tg::Corpus data = corpus();
  Recorded all{data, options, {}, nullptr};
  all.recorder = std::make_unique<tg::ReportRecorder>(all.corpus, tg::WordVectors{}, all.options);
  all.options.observer = all.recorder.get();
  all.result = tg::run_experiment(all.corpus, {}, all.options);
  const Json xy = all.json()["ways"][0]["recorded"]["pca"]["xy"][0];
  for (std::size_t i = 1; i < xy.size(); i += 2) CHECK(xy[i] == 0);

  tg::Corpus empty = tiny::corpus({{"bad", ""}, {"good", " "}}, {{"bad", ""}}, {{"bad", ""}});
  empty.files = data.files;
  const Json none = run(empty, options_of({"random"})).json()["ways"][0]["recorded"];
  CHECK(none["words"].empty());
  CHECK(none["confusion"].size() == 2);
}

TEST_CASE("a report of a resumed experiment says what was not recorded") {
  const TemporaryDirectory directory;
  const tg::Corpus data = corpus();
  const tg::WordVectors words = vectors();
  struct Killed {};
  tg::ExperimentOptions options = options_of({"frozen", "finetune"});
  options.seeds = 1;
  int steps = 0;
  options.fit.progress = [&](const tg::Progress& progress) {
    // finetune, in its second epoch: frozen has 9 steps
    if (!progress.dev_accuracy && ++steps == 9 + 5) throw Killed();
  };
  {
    tg::Checkpoints checkpoints({.folder = directory.path(), .every = 1});
    options.fit.checkpoints = &checkpoints;
    CHECK_THROWS_AS(tg::run_experiment(data, words, options), Killed);
  }
  tg::Checkpoints checkpoints({.folder = directory.path(), .every = 1, .resume = true});
  options.fit.checkpoints = &checkpoints;
  options.fit.progress = {};
  tg::ReportRecorder recorder(data, words, options);
  options.observer = &recorder;
  const tg::ExperimentResult result = tg::run_experiment(data, words, options);
  const Json json = Json::parse(report_json({"t"}, data, options, result, recorder));
  CHECK(json["ways"][0]["recorded"].is_null());
  CHECK(json["ways"][0]["runs"][0]["dev_loss"] == Json({nullptr, nullptr, nullptr}));
  const Json& tuned = json["ways"][1];
  CHECK(tuned["recorded"]["first_step"] == 4);
  const Json epochs = tuned["recorded"]["epochs"];
  CHECK(epochs.front() == 0);
  CHECK(epochs.back() == 3);
  CHECK(tuned["recorded"]["steps"]["step"] == Json({4, 5, 6, 7, 8}));
  CHECK(tuned["runs"][0]["dev_loss"][0].is_null());
  CHECK(tuned["runs"][0]["dev_loss"][1].is_number());
}

TEST_CASE("the page is whole: every placeholder is filled, and no data end its scripts") {
  if (tg::detail::page_parts().chart.empty()) {
    CHECK_THROWS_WITH(tg::report_page("", ""),
                      Contains("install the Debian package libjs-chart.js"));
    return;
  }
  const std::string page = tg::report_page("a < b & c", R"({"x": "</script><!--"})");
  const auto holds = [&](std::string_view text) { return page.find(text) != std::string::npos; };
  CHECK_THAT(page.substr(0, 15), Catch::Equals("<!doctype html>", Catch::CaseSensitive::No));
  CHECK(holds("<title>a &lt; b &amp; c</title>"));
  CHECK(holds(R"({"x": "\u003c/script>\u003c!--"})"));
  CHECK(holds("Chart.js v"));
  CHECK(holds("Permission is hereby granted"));
  CHECK_FALSE(holds("<!--"));
  for (const char* name : {"title", "style", "data", "chart", "script", "licence"}) {
    CHECK_FALSE(holds(std::string("{{").append(name).append("}}")));
  }
}
