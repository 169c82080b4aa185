// The generic tests of every operation, from the samples in its own file.
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>

namespace tg = tapegrad;

namespace {

std::string check_sample(const tg::Sample& sample) {
  tg::GradcheckOptions options;
  if (!sample.row_factors.empty()) options.row_factors["input 0"] = sample.row_factors;
  if (!sample.stopped_rows.empty()) {
    auto& factors = options.row_factors["input 0"];
    factors.resize(tg::rows_of(sample.inputs.at(0).shape()), 1.0);
    for (const tg::Index row : sample.stopped_rows) factors.at(static_cast<std::size_t>(row)) = 0;
  }
  return tg::gradcheck(sample.call, sample.inputs, {}, options);
}

}  // namespace

TEST_CASE("the gradients of every operation's samples are those of differences") {
  for (const auto& operation : tg::all_samples()) {
    for (const auto& sample : operation.samples) {
      INFO(operation.operation << ", sample: " << sample.what);
      CHECK(check_sample(sample) == "");
    }
  }
}

TEST_CASE("every wrong call in the samples says what is wrong") {
  for (const auto& operation : tg::all_samples()) {
    for (const auto& error : operation.errors) {
      INFO(operation.operation << ", wanted: " << error.message);
      CHECK_THROWS_WITH(error.call(), Catch::Matchers::Contains(error.message));
    }
  }
}

TEST_CASE("every operation file registered samples") {
  std::set<std::string> files, registered;
  const std::filesystem::path folder = std::filesystem::path(TAPEGRAD_SOURCE_DIR) / "core" / "ops";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".cpp") files.insert(entry.path().stem().string());
  }
  for (const auto& operation : tg::all_samples()) {
    if (!operation.samples.empty()) registered.insert(operation.operation);
  }
  CHECK(files.size() > 20);
  CHECK(files == registered);
}
