#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <tapegrad/core/files.hpp>
#include <tapegrad/report/exports.hpp>
#include <vector>

#include <lines.hpp>
#include <temporary.hpp>
#include "small_report.hpp"

namespace tg = tapegrad;
using Catch::Contains;
using Json = nlohmann::ordered_json;
using tg::read_file;
using namespace small_report;

TEST_CASE("exports have a line an epoch, and a folder for each way before and after") {
  const TemporaryDirectory to;
  const Recorded all = run(corpus(), options_of({"finetune", "thaw:2", "finetune"}));
  write_exports(to / "log", all.corpus, all.result, *all.recorder);
  const auto csv = lines_of(read_file(to / "log/metrics.csv"));
  const auto json = lines_of(read_file(to / "log/metrics.jsonl"));
  REQUIRE(json.size() == 18);  // three ways, two seeds, three epochs
  REQUIRE(csv.size() == 19);
  CHECK(csv[0] == "embeddings,seed,fold,epoch,loss,train_accuracy,dev_loss,dev_accuracy,best");
  for (std::size_t i = 0; i < json.size(); ++i) {
    const Json line = Json::parse(json[i]);
    std::string fields;
    for (const Json& value : line) {
      fields += fields.empty() ? "" : ",";
      fields += value.is_string() ? value.get<std::string>() : value.dump();
    }
    CHECK(fields == csv[i + 1]);
    CHECK(line["seed"] == 1 + (i / 3) % 2);
    CHECK(line["epoch"] == 1 + i % 3);
  }
  for (const char* way : {"finetune", "thaw-2", "finetune-3"}) {
    const std::string folder = to / std::string("log/") + way;
    for (const char* when : {"/before", "/after"}) {
      const auto words = lines_of(read_file(folder + when + "/vectors.tsv"));
      const auto about = lines_of(read_file(folder + when + "/metadata.tsv"));
      CHECK(words.size() == 11);
      REQUIRE(about.size() == 12);
      CHECK(about[0] == "word\tcount\tpretrained\tleaning\tp(bad)\tp(good)\tnorm\tmoved\ttouched");
      CHECK_THAT(about[1], Catch::StartsWith("film\t3\tyes\t"));
    }
    CHECK_THAT(read_file(to / "log/projector_config.pbtxt"),
               Contains("tensor_path: \"" + std::string(way) + "/after/vectors.tsv\""));
  }
}

TEST_CASE("metrics.csv has its header before any training has results") {
  const TemporaryDirectory to;
  Recorded all = run(corpus(), options_of({"finetune"}));
  all.result.groups[0].runs.clear();
  write_exports(to / "log", all.corpus, all.result, *all.recorder);
  CHECK(read_file(to / "log/metrics.csv") ==
        "embeddings,seed,fold,epoch,loss,train_accuracy,dev_loss,dev_accuracy,best\n");
  CHECK(read_file(to / "log/metrics.jsonl").empty());
}
