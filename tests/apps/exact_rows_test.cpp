#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "program.hpp"

using Json = nlohmann::ordered_json;

namespace {

// What trainings of the embedded data with this row policy say, epoch by epoch.
Json trained(const std::string& rows) {
  const TemporaryDirectory folder;
  const Finished done =
      run("train_sentiment", {"--embeddings", "finetune,random", "--seeds", "2", "--epochs", "8",
                              "--rows", rows, "--quiet", "--json", folder / "results.json"});
  REQUIRE(done.code == 0);
  return Json::parse(tapegrad::read_file(folder / "results.json"))["runs"];
}

}  // namespace

TEST_CASE("exact and dense rows agree on dev within two examples in every epoch") {
  const Json exact = trained("exact"), dense = trained("dense"), lazy = trained("lazy");
  constexpr double examples = 300;
  std::size_t epochs = 0;
  for (std::size_t way = 0; way < exact.size(); ++way) {
    for (std::size_t seed = 0; seed < exact[way]["trainings"].size(); ++seed) {
      const auto epochs_of = [&](const Json& runs) -> const Json& {
        return runs.at(way)["trainings"].at(seed)["epochs"];
      };
      for (std::size_t epoch = 0; epoch < epochs_of(exact).size(); ++epoch, ++epochs) {
        const auto of = [&](const Json& runs, const char* what) {
          return epochs_of(runs).at(epoch)[what].get<double>();
        };
        const double apart = of(exact, "dev_accuracy") - of(dense, "dev_accuracy");
        CHECK(std::abs(apart) <= 2 / examples + 1e-9);
        CHECK(of(exact, "loss") == Approx(of(dense, "loss")).epsilon(1e-4));
        if (epoch > 0) CHECK(of(lazy, "loss") != Approx(of(dense, "loss")).epsilon(1e-3));
      }
    }
  }
  CHECK(epochs == 32);  // two ways, two seeds, eight epochs
}
