#include <catch2/catch.hpp>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/optim/adam.hpp>
#include <tapegrad/training/fit.hpp>
#include <tapegrad/training/profile_json.hpp>

#include "tiny.hpp"

namespace tg = tapegrad;
using Json = nlohmann::json;
using std::chrono::nanoseconds;

namespace {

// Two epochs of a tiny training.
tg::TextClassifier trained() {
  tg::TextClassifier model = tiny::classifier(tg::ModelKind::bag);
  tg::Adam adam(model, {.lr = 0.05});
  tg::FitOptions options;
  options.epochs = 2;
  tg::fit(model, adam, tiny::problem(60, 1), tiny::problem(10, 2), options);
  return model;
}

struct Interval {
  double begin;
  double end;
};

// The end of an event is the sum of two numbers with three decimals each.
constexpr double rounding = 1e-6;

bool apart_or_inside(const Interval& a, const Interval& b) {
  const auto inside = [](const Interval& x, const Interval& y) {
    return x.begin >= y.begin - rounding && x.end <= y.end + rounding;
  };
  return a.end <= b.begin + rounding || b.end <= a.begin + rounding || inside(a, b) || inside(b, a);
}

}  // namespace

TEST_CASE("a trace is what Chrome's format wants of complete events") {
  tg::Profile profile;
  profile.records.push_back({.name = "a \"name\"", .phase = tg::Phase::backward});
  profile.events.push_back({0, 2, nanoseconds(1'234'567), nanoseconds(89), 16});
  profile.events_left_out = 3;
  const Json json = Json::parse(tg::to_trace_json(profile));
  REQUIRE(json["traceEvents"].size() == 1);
  CHECK(json["traceEvents"][0] == Json::parse(R"({"name": "a \"name\"", "cat": "backward",
      "ph": "X", "pid": 1, "tid": 2, "ts": 1234.567, "dur": 0.089, "args": {"bytes": 16}})"));
  CHECK(json["otherData"]["events_left_out"] == 3);
  CHECK(Json::parse(tg::to_trace_json({}))["traceEvents"].empty());
}

TEST_CASE("the trace of a training nests, and its operations, stages and optimizer have names") {
  tg::start_profile({.max_events = 10'000});
  trained();
  const Json json = Json::parse(tg::to_trace_json(tg::stop_profile()));
  std::map<std::string, int> seen;
  std::vector<Interval> events;
  for (const Json& event : json["traceEvents"]) {
    ++seen[event["cat"].get<std::string>() + " " + event["name"].get<std::string>()];
    const auto start = event["ts"].get<double>(), duration = event["dur"].get<double>();
    CHECK(start >= 0);
    CHECK(duration >= 0);
    events.push_back({start, start + duration});
  }
  for (const char* name : {"forward embedding_bag", "backward embedding_bag", "forward linear",
                           "backward linear", "backward Tape::backward", "optimizer Adam",
                           "other step", "other batches", "other evaluation"}) {
    INFO(name);
    CHECK(seen[name] > 0);
  }
  CHECK(seen["optimizer Adam"] == seen["other step"]);
  CHECK(seen["other evaluation"] == 2);
  std::size_t crossing = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) crossing += apart_or_inside(events[i], events[j]) ? 0 : 1;
  }
  CHECK(crossing == 0);
}

TEST_CASE("a profiled training has the bits of one that is not") {
  const auto bits = [](const tg::TextClassifier& model) {
    std::vector<float> all;
    for (const auto& named : tg::parameters(model)) {
      const tg::Array& value = named.parameter.value();
      all.insert(all.end(), value.data(), value.data() + value.size());
    }
    return all;
  };
  const std::vector<float> plain = bits(trained());
  tg::start_profile({.max_events = 10});
  const std::vector<float> profiled = bits(trained());
  const tg::Profile profile = tg::stop_profile();
  CHECK(plain == profiled);
  CHECK(profile.events_left_out > 0);
}

TEST_CASE("an optimizer's bytes are gradient, values and state of what it goes over") {
  tg::Parameter table(tg::zeros({5, 2})), bias(tg::zeros({3}));
  tg::Adam adam({{"table", table}, {"bias", bias}});
  tg::Gradients gradients;
  gradients.add(table, tg::Gradient(tg::RowGrad{{1, 4}, tg::zeros({2, 2})}));
  gradients.add(bias, tg::Gradient(tg::zeros({3})));
  tg::start_profile();
  adam.step(gradients);
  const tg::Profile profile = tg::stop_profile();
  REQUIRE(profile.records[0].name == "Adam");
  // Two rows of two values and two row ids; three values; of each the value and two moments.
  CHECK(profile.records[0].bytes == (4 * 4 + 2 * 8 + 3 * 4 * 4) + (3 * 4 + 3 * 3 * 4));
}
