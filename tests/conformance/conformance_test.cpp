// Our results beside PyTorch's, which generate.py has stored in cases.json.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "compare.hpp"

using namespace conformance;

namespace {

const Calls& all_calls() {
  static const Calls calls = [] {
    Calls all;
    for (const Calls& some : {operation_calls(), loss_calls(), table_calls(), layer_calls(),
                              attention_calls(), convolution_calls(), optimizer_calls(),
                              schedule_calls(), initializer_calls(), training_calls()}) {
      all.insert(some.begin(), some.end());
    }
    return all;
  }();
  return calls;
}

const std::vector<CaseRecord>& all_cases() {
  static const std::vector<CaseRecord> cases = read_cases();
  return cases;
}

std::set<std::string> operations_with_cases() {
  std::set<std::string> names;
  for (const CaseRecord& record : all_cases()) names.insert(record.operation);
  return names;
}

// Structs that have an operator() and classes of optimizers in the headers of a folder.
std::set<std::string> callables(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(TAPEGRAD_SOURCE_DIR) / folder)) {
    if (entry.path().extension() != ".hpp") continue;
    std::ifstream header(entry.path());
    std::string name;
    for (std::string line; std::getline(header, line);) {
      std::smatch match;
      if (std::regex_search(line, match, std::regex(R"(^struct (\w+) \{)"))) name = match[1];
      if (line.find(" operator()(") != std::string::npos) names.insert(name);
      if (std::regex_search(line, match, std::regex(R"(^using (\w+) = OptimizerWith<)"))) {
        names.insert(match[1]);
      }
    }
  }
  return names;
}

}  // namespace

TEST_CASE("every case gives PyTorch's results and gradients, or differs as documented") {
  for (const auto& [operation, run] : all_calls()) {
    SECTION(operation) {
      for (const CaseRecord& record : all_cases()) {
        if (record.operation != operation) continue;
        const std::string wrong = check(record, run);
        if (wrong.empty()) {
          SUCCEED();
        } else {
          FAIL_CHECK(wrong);
        }
      }
    }
  }
}

TEST_CASE("every case has a call, and every call has a case") {
  const std::set<std::string> with_cases = operations_with_cases();
  for (const std::string& operation : with_cases) {
    INFO("no call of '" << operation << "': add it to a list of *_calls.cpp");
    CHECK(all_calls().count(operation) == 1);
  }
  for (const auto& [operation, run] : all_calls()) {
    INFO("no case of '" << operation << "': add one to cases/*.py and run generate.py");
    CHECK(with_cases.count(operation) == 1);
  }
}

TEST_CASE("every operation, layer, optimizer and schedule has cases") {
  const std::set<std::string> known = operations_with_cases();
  std::set<std::string> wanted = callables("layers");
  wanted.merge(callables("optim"));
  for (const auto& entry : std::filesystem::directory_iterator(TAPEGRAD_SOURCE_DIR "/core/ops")) {
    wanted.insert(entry.path().stem().string());
  }
  // PyTorch has nothing like these.
  for (const char* ours :
       {"LearnedPositionalEncoding", "LinearWarmupDecay", "InverseSquareRootWarmup"}) {
    wanted.erase(ours);
  }
  for (const std::string& name : wanted) {
    INFO(name << ": add cases to tests/conformance, or say here that PyTorch has nothing like it");
    CHECK(known.count(name) == 1);
  }
}
