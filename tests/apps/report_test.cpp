// train_sentiment --report and --export.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <tapegrad/report/report.hpp>

#include "comparable.hpp"
#include "made_up.hpp"
#include "program.hpp"

using Catch::Contains;
using tapegrad::read_file;
using Json = nlohmann::ordered_json;

namespace {

using Words = std::vector<std::string>;

Words operator+(Words a, const Words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Finished train(const Words& arguments) {
  return run("train_sentiment", arguments);
}

// Whether the build lacks the chart library.
bool no_reports() {
  try {
    tapegrad::check_reports();
    return false;
  } catch (const std::invalid_argument& error) {
    WARN(error.what());
    return true;
  }
}

// The data in a page.
Json data_of(const std::string& page) {
  const std::string text = read_file(page), tag = R"(<script type="application/json" id="data">)";
  const std::size_t begin = text.find(tag) + tag.size();
  return Json::parse(text.substr(begin, text.find("</script>", begin) - begin));
}

// The bytes of all files in a folder, by name.
std::map<std::string, std::string> contents(const std::string& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string name = std::filesystem::relative(entry.path(), folder).string();
    all[name] = read_file(entry.path().string());
  }
  return all;
}

}  // namespace

TEST_CASE("a model trained with a report has the bytes of one trained without") {
  if (no_reports()) return;
  for (const char* model : {"bag", "mean", "cnn"}) {
    const MadeUp files;
    const TemporaryDirectory to;
    const Words options =
        files.arguments({"--model", model, "--seeds", "2", "--embeddings",
                         "frozen,finetune,random,thaw:1,newwords", "--threads", "2"});
    const auto with = [&](const std::string& name, const Words& more) {
      const Finished done = train(options + more +
                                  Words{"--out", to / name, "--json", to / (name + ".json"),
                                        "--predictions", to / (name + ".tsv")});
      INFO(done.err);
      CHECK(done.code == 0);
      return done;
    };
    with("plain", {});
    const Finished done = with("shown", {"--report", to / "r.html", "--export", to / "log"});
    CHECK(contents(to / "plain") == contents(to / "shown"));
    CHECK(comparable(to / "plain.json") == comparable(to / "shown.json"));
    CHECK(read_file(to / "plain.tsv") == read_file(to / "shown.tsv"));
    CHECK_THAT(done.out, Contains("report: " + (to / "r.html")));
    CHECK_THAT(done.out, Contains("exports for other viewers: " + (to / "log")));
    CHECK(data_of(to / "r.html")["settings"]["model"] == model);
  }
}

TEST_CASE("a report and its exports are the same on any number of threads") {
  if (no_reports()) return;
  const MadeUp files;
  const TemporaryDirectory to;
  for (const char* threads : {"1", "3"}) {
    const std::string name = to / threads;
    REQUIRE(train(files.arguments({"--seeds", "1", "--threads", threads, "--report", name + ".html",
                                   "--export", name}))
                .code == 0);
  }
  CHECK(contents(to / "1") == contents(to / "3"));
  Json one = data_of(to / "1.html"), three = data_of(to / "3.html");
  for (Json* json : {&one, &three}) {
    json->erase("created");
    json->erase("command");
    for (Json& way : (*json)["ways"]) {
      for (Json& run : way["runs"]) run.erase("seconds");
    }
  }
  CHECK(one.dump() == three.dump());
}

TEST_CASE("a report says how it was made, as a shell would take it") {
  if (no_reports()) return;
  const MadeUp files;
  const TemporaryDirectory to;
  const Finished done =
      train(files.arguments({"--seeds", "1", "--embeddings", "finetune", "--report",
                             to / "it's.html", "--report-words", "film,elsewhere"}));
  CHECK(done.code == 0);
  CHECK_THAT(done.err, Contains("report: \"elsewhere\" is not in the vocabulary"));
  const Json data = data_of(to / "it's.html");
  CHECK(data["title"] == "Training on " + files.train);
  const std::string command = data["command"];
  CHECK_THAT(command, Catch::StartsWith("train_sentiment --train " + files.train + " "));
  CHECK_THAT(command, Contains("--report '" + (to / "it") + "'\\''s.html'"));
  const Json& neighbours = data["ways"][0]["recorded"]["neighbours"];
  CHECK(std::any_of(neighbours.begin(), neighbours.end(),
                    [](const Json& each) { return each["word"] == "film"; }));
}

TEST_CASE("what a report cannot be written with is told before the training") {
  const MadeUp files;
  const TemporaryDirectory to;
  const Finished nowhere = train(files.arguments({"--report", to / "no/r.html"}));
  CHECK(nowhere.code == 2);
  CHECK(nowhere.out.empty());
  CHECK_THAT(nowhere.err, Contains(no_reports() ? "libjs-chart.js" : to / "no"));
  const Finished alone = train(files.arguments({"--report-words", "film"}));
  CHECK(alone.code == 2);
  CHECK_THAT(alone.err, Contains("--report-words: needs --report F"));
}

TEST_CASE("a report of a resumed run has what was seen, and a warning tells what was not") {
  if (no_reports()) return;
  const MadeUp files;
  const TemporaryDirectory to;
  const Words options =
      files.arguments({"--seeds", "1", "--embeddings", "frozen,finetune", "--epochs", "10000"});
  Running process("train_sentiment", options + Words{"--checkpoint", to / "ckpt"}, {},
                  Running::Errors::terminal);
  REQUIRE(process.shows("finetune, seed 1"));
  process.send(SIGINT);
  CHECK(process.finish().code == 130);
  const Finished done = train(options + Words{"--resume", to / "ckpt", "--report", to / "r.html"});
  CHECK(done.code == 0);
  CHECK_THAT(done.err, Contains("frozen: its first training was finished before the resume"));
  const Json data = data_of(to / "r.html");
  CHECK(data["ways"][0]["recorded"].is_null());
  const Json& tuned = data["ways"][1]["recorded"];
  CHECK(tuned["first_step"] > 0);
  CHECK(tuned["epochs"][0] == 0);
  CHECK(tuned["epochs"].size() <= 50);
}

TEST_CASE("an interrupted training has a report of its finished epochs") {
  if (no_reports()) return;
  const MadeUp files;
  const TemporaryDirectory to;
  Running process("train_sentiment",
                  files.arguments({"--epochs", "100000", "--embeddings", "finetune", "--seeds", "1",
                                   "--report", to / "r.html"}),
                  {}, Running::Errors::terminal);
  REQUIRE(process.shows_second_epoch());
  process.send(SIGINT);
  CHECK(process.finish().code == 130);
  const Json data = data_of(to / "r.html");
  CHECK(data["cancelled"] == true);
  CHECK(data["ways"][0]["recorded"]["epochs"].size() >= 2);
}
