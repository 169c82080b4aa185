#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "made_up.hpp"
#include "program.hpp"

using Catch::Contains;
using tapegrad::read_file;
using Json = nlohmann::json;

TEST_CASE(
    "the option --profile prints operations and stages after the results, and changes nothing "
    "else") {
  const MadeUp files;
  const TemporaryDirectory to;
  auto arguments = files.arguments({"--seeds", "1", "--predictions", to / "p.tsv"});
  const Finished plain = run("train_sentiment", arguments);
  const std::string predictions = read_file(to / "p.tsv");
  arguments.emplace_back("--profile");
  const Finished profiled = run("train_sentiment", arguments);
  CHECK(plain.code == 0);
  CHECK(profiled.code == 0);
  CHECK(read_file(to / "p.tsv") == predictions);
  CHECK(plain.err.empty());
  CHECK_THAT(profiled.err, Contains("\nprofile: ") && Contains("peak memory") &&
                               Contains("forward ") && Contains("optimizer "));
  for (const char* name : {"\nembedding_bag    forward ", "\nembedding_bag    backward ",
                           "\nAdam             optimizer ", "\nread ", "\ntokenize ", "\nvectors ",
                           "\nbatches ", "\nevaluation ", "\nwrite ", "\neverything else "}) {
    CHECK_THAT(profiled.err, Contains(name));
  }
}

TEST_CASE("the option --trace writes events that trace viewers load") {
  const MadeUp files;
  const TemporaryDirectory to;
  const auto arguments = files.arguments({"--seeds", "1", "--trace", to / "trace.json"});
  const Finished done = run("train_sentiment", arguments);
  CHECK(done.code == 0);
  CHECK(done.err.empty());
  const Json events = Json::parse(read_file(to / "trace.json"))["traceEvents"];
  CHECK(events.size() > 100);
  for (const Json& event : events) {
    REQUIRE(event["ph"] == "X");
    REQUIRE((event["ts"].get<double>() >= 0 && event["dur"].get<double>() >= 0));
  }
  const Finished nowhere =
      run("train_sentiment", files.arguments({"--trace", to / "missing/trace.json"}));
  CHECK(nowhere.code == 2);
  CHECK_THAT(nowhere.err, Contains("does not exist"));
}
