// Our results beside PyTorch's, which generate.py has stored in cases.json.
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "compare.hpp"

using namespace conformance;

namespace {

const Calls& all_calls() {
  static const Calls calls = [] {
    Calls all;
    for (const Calls& some : {operation_calls(), loss_calls(), table_calls(), layer_calls(),
                              optimizer_calls(), initializer_calls()}) {
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
  std::set<std::string> calls;
  for (const auto& [operation, run] : all_calls()) calls.insert(operation);
  CHECK(calls == operations_with_cases());
}

TEST_CASE("every operation file has cases") {
  const std::set<std::string> known = operations_with_cases();
  for (const auto& entry : std::filesystem::directory_iterator(TAPEGRAD_SOURCE_DIR "/core/ops")) {
    INFO("core/ops/" << entry.path().filename().string() << ": add cases to tests/conformance");
    CHECK(known.count(entry.path().stem().string()) == 1);
  }
}
