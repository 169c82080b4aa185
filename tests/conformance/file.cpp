// Reads cases.json, which generate.py writes.
#include <fmt/core.h>

#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "case.hpp"

namespace conformance {
namespace {

using Json = nlohmann::json;

// "nan", "inf" and "-inf" stand for what JSON cannot write.
double read_number(const Json& json) {
  if (!json.is_string()) return json.get<double>();
  const std::string text = json;
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  throw CaseError(fmt::format("cases.json: '{}' is no number", text));
}

std::vector<double> read_numbers(const Json& json) {
  std::vector<double> values;
  for (const Json& value : json) values.push_back(read_number(value));
  return values;
}

Argument read_argument(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json == "nan" || json == "inf" || json == "-inf") return read_number(json);
  if (json.is_string()) return json.get<std::string>();
  if (!json.is_array()) return read_number(json);
  if (json.empty() || !json[0].is_array()) return read_numbers(json);
  std::vector<std::vector<double>> lists;
  for (const Json& list : json) lists.push_back(read_numbers(list));
  return lists;
}

InputRecord read_input(const Json& json) {
  InputRecord input{.shape = json.at("shape"), .kind = json.at("kind")};
  input.seed = json.value("seed", std::uint64_t{0});
  if (json.contains("values")) input.values = read_numbers(json["values"]);
  input.constant = json.value("constant", false);
  return input;
}

Outcome read_outcome(const Json& json) {
  Outcome outcome;
  for (const auto& [name, value] : json.items()) {
    if (name == "error") {
      outcome.error = value;
    } else {
      outcome.results[name] = {value.at("shape"), read_numbers(value.at("values"))};
    }
  }
  return outcome;
}

CaseRecord read_case(const Json& json) {
  CaseRecord record{.name = json.at("name"), .operation = json.at("operation")};
  record.seed = json.at("seed");
  for (const auto& [name, value] : json.at("arguments").items()) {
    record.arguments[name] = read_argument(value);
  }
  for (const auto& [name, value] : json.at("inputs").items()) {
    record.inputs[name] = read_input(value);
  }
  if (json.contains("parameters")) {
    for (const auto& [name, value] : json["parameters"].items()) {
      record.parameters[name] = read_input(value);
    }
  }
  record.expected = read_outcome(json.at("expected"));
  record.deviation = json.value("deviation", "");
  if (!record.deviation.empty()) record.ours = read_outcome(json.at("ours"));
  record.tolerance = json.value("tolerance", 0.0);
  return record;
}

}  // namespace

std::vector<CaseRecord> read_cases() {
  const std::string path = TAPEGRAD_SOURCE_DIR "/tests/conformance/cases.json";
  std::ifstream file(path);
  if (!file) throw CaseError(fmt::format("{} cannot be read", path));
  std::vector<CaseRecord> cases;
  for (const Json& json : Json::parse(file)) cases.push_back(read_case(json));
  return cases;
}

}  // namespace conformance
