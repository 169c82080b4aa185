// The generic tests of every operation, from the samples in its own file.
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>

namespace tg = tapegrad;

TEST_CASE("the gradients of every operation's samples are those of differences") {
  for (const auto& operation : tg::all_samples()) {
    for (const auto& sample : operation.samples) {
      INFO(operation.operation << ", sample: " << sample.what);
      CHECK(tg::check_sample(sample) == "");
    }
  }
}

TEST_CASE("every wrong call in the samples says what is wrong") {
  for (const auto& operation : tg::all_samples()) {
    for (const auto& error : operation.errors) {
      INFO(operation.operation);
      CHECK(tg::check_sample(error) == "");
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

TEST_CASE("the samples of one operation are checked in one call, which says what is wrong") {
  CHECK(tg::check_samples("embedding") == "");
  CHECK_THROWS_WITH(tg::check_samples("nobody"),
                    "check_samples: no samples of \"nobody\" were registered");

  // Half of the gradient is missing: stop_gradient hides one of two factors.
  const tg::Sample wrong{"x x", {tg::distinct({3})}, [](const auto& x) {
                           return tg::mul(x[0], tg::stop_gradient(x[0]));
                         }};
  CHECK_THAT(tg::check_sample(wrong), Catch::Matchers::Contains("input 0"));
  const tg::ErrorSample none{"must be even", [] {}};
  CHECK(tg::check_sample(none) == "no error, \"must be even\" is wanted");
  const tg::ErrorSample other{"must be even", [] { throw std::logic_error("must be odd"); }};
  CHECK(tg::check_sample(other) == "the error says \"must be odd\", not \"must be even\"");
}
