// Words that could be saved, but not be read again.
#include <catch2/catch.hpp>
#include <filesystem>
#include <stdexcept>
#include <tapegrad/training/model_folder.hpp>

#include <temporary.hpp>
#include "tiny.hpp"

using tapegrad::ClassifierModel;

namespace {

ClassifierModel model_with(const std::string& word) {
  tapegrad::WordCounts counts;
  counts.add(word);
  return {{},
          {},
          tapegrad::Vocabulary(counts),
          {"bad", "good"},
          tiny::classifier(tapegrad::ModelKind::bag, 3)};
}

std::string error_of_saving(const ClassifierModel& model) {
  const TemporaryDirectory directory;
  const std::string folder = directory / "model";
  std::string text = error_of<std::invalid_argument>([&] { save_model(model, folder); });
  CHECK(std::filesystem::exists(folder) == (text == "nothing was thrown"));
  if (text == "nothing was thrown") tapegrad::load_model(folder);
  return text;
}

}  // namespace

TEST_CASE("a model with a word that could not be read again is not saved") {
  CHECK(error_of_saving(model_with(std::string("a\0b", 3))) ==
        "save_model: the word 2, \"a\\u0000b\", has a NUL");
  CHECK(error_of_saving(model_with("caf\xE9")) ==
        "save_model: the word 2, \"caf\xEF\xBF\xBD\", is not UTF-8");
  CHECK(error_of_saving(model_with("two caf\xC3\xA9")) == "nothing was thrown");
}

TEST_CASE("beside listed n-grams, whose words a space separates, no word has a space") {
  ClassifierModel model = model_with("two words");
  model.config.ngrams = {.order = 2, .min_count = 1};
  model.ngrams = tapegrad::Ngrams(tiny::texts({{2, 2}}), model.config.ngrams);
  model.net = tiny::classifier(tapegrad::ModelKind::bag, 4);
  CHECK(error_of_saving(model) ==
        "save_model: the word 2, \"two words\", has a space, which separates the words of n-grams");
}
