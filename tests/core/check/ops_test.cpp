// The generic tests of every operation, from the samples in its own file.
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>

namespace tg = tapegrad;

namespace {

std::string check_sample(const tg::Sample& sample) {
  std::vector<tg::Parameter> parameters(sample.inputs.begin(), sample.inputs.end());
  if (!sample.stopped_rows.empty()) parameters.at(0).set_frozen_rows(sample.stopped_rows);
  const auto call = [&] {
    return sample.call(std::vector<tg::Tensor>(parameters.begin(), parameters.end()));
  };
  return tg::gradcheck(call, parameters);
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

TEST_CASE("the gradient check rejects a wrong gradient") {
  const tg::Parameter x(tg::distinct({3}));
  const auto wrong = [](tg::Real factor) {
    return [factor](const tg::Tensor& t) {
      return tg::record("wrong", {t}, tg::Tensor(xt::square(t.value())), tg::saved(t),
                        [factor](const tg::Array& dy, const tg::Saved& s, tg::Sink& sink) {
                          sink.add(0, factor * dy * s[0]);
                        });
    };
  };
  CHECK(tg::gradcheck([&] { return wrong(2)(x); }, {x}) == "");
  CHECK_THAT(tg::gradcheck([&] { return wrong(2.01)(x); }, {x}),
             Catch::Matchers::Contains("input 0 of shape [3], element"));
}
