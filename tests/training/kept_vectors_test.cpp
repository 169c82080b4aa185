#include <catch2/catch.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/training/model_folder.hpp>

#include <temporary.hpp>
#include "tiny.hpp"

namespace fs = std::filesystem;
using tapegrad::Array;
using tapegrad::ClassifierModel;
using tapegrad::FormatError;
using tapegrad::load_model;
using tapegrad::read_file;
using tapegrad::save_model;

namespace {

ClassifierModel model_with(const std::vector<std::string>& words) {
  tapegrad::WordCounts counts;
  for (std::size_t i = 2; i < tiny::words; ++i) counts.add("word" + std::to_string(i));
  ClassifierModel model{{},
                        {},
                        tapegrad::Vocabulary(counts),
                        {"bad", "good"},
                        tiny::classifier(tapegrad::ModelKind::bag)};
  model.kept = {words, tiny::table(words.size(), 4, 9)};
  return model;
}

struct Saved {
  TemporaryDirectory directory;
  Saved() { save_model(model_with({"new", "two words", "caf\xC3\xA9"}), directory.path()); }
  std::string error() const {
    return error_of<FormatError>([&] { load_model(directory.path()); });
  }
};

}  // namespace

TEST_CASE("kept vectors are saved with the model and come back, or go with the next model") {
  const TemporaryDirectory directory;
  const ClassifierModel model = model_with({"new", "two words", "caf\xC3\xA9"});
  save_model(model, directory.path());
  CHECK(read_file(directory / "vectors.txt") == "new\ntwo words\ncaf\xC3\xA9\n");
  const ClassifierModel loaded = load_model(directory.path());
  CHECK(loaded.kept.words == model.kept.words);
  CHECK(same_bits(loaded.kept.values, model.kept.values));
  CHECK(loaded.net.table().shape()[0] == tiny::words);

  save_model(model_with({}), directory.path());
  CHECK_FALSE(fs::exists(directory / "vectors.txt"));
  CHECK_FALSE(fs::exists(directory / "vectors.safetensors"));
  CHECK(load_model(directory.path()).kept.words.empty());
}

TEST_CASE("kept vectors whose files do not fit each other are refused, with file and line") {
  using Catch::Contains;
  const Saved saved;
  const auto& to = saved.directory;
  const auto with_words = [&](const std::string& content) {
    to.file("vectors.txt", content);
    return saved.error();
  };
  CHECK(with_words("new\ntwo words\n") ==
        (to / "vectors.safetensors") +
            ": tensor vectors has shape [3, 4], [2, 4] is wanted: "
            "vectors.txt has 2 words");
  CHECK(with_words("new\ntwo\nnew\n") == (to / "vectors.txt") + ":3: the word \"new\" came before");
  CHECK(with_words("new\n\nthree\n") ==
        (to / "vectors.txt") + ":2: expected a word, found an empty line");
  CHECK_THAT(with_words("new\ntwo\nthree"), Contains("vectors.txt:3") && Contains("is cut"));
  with_words("new\ntwo\nthree\n");
  CHECK(saved.error() == "nothing was thrown");
  fs::copy(to / "model.safetensors", to / "vectors.safetensors",
           fs::copy_options::overwrite_existing);
  CHECK_THAT(saved.error(), Contains("vectors.safetensors: expected one tensor, vectors"));
  fs::remove(to / "vectors.safetensors");
  CHECK_THROWS_AS(load_model(to.path()), std::system_error);
}

TEST_CASE("words that a line cannot hold are refused, before anything is written") {
  const TemporaryDirectory directory;
  const auto error = [&](const std::string& word) {
    return error_of<std::invalid_argument>([&] {
      save_model(model_with({"new", word}), directory / "model");
    });
  };
  const std::string begin = "write_kept_vectors: word 1 ";
  const std::string end = ", a line of vectors.txt cannot hold it";
  CHECK(error(std::string("a\0b", 3)) == begin + "has a NUL" + end);
  CHECK(error("a\nb") == begin + "has a line end" + end);
  CHECK(error("") == begin + "is empty" + end);
  CHECK(error("a\xFF") == begin + "is not UTF-8" + end);
  CHECK(error("new") == begin + "comes twice" + end);
  CHECK(fs::is_empty(directory / "model"));
}

TEST_CASE("one file of kept vectors without the other is an error, not a model without them") {
  const Saved saved;
  fs::remove(saved.directory / "vectors.txt");
  CHECK(saved.error() == (saved.directory / "vectors.safetensors") +
                             ": stands there without vectors.txt, its words");
  fs::create_symlink("gone", saved.directory / "vectors.txt");
  CHECK_THROWS_AS(load_model(saved.directory.path()), std::system_error);
  fs::remove(saved.directory / "vectors.safetensors");
  CHECK_THROWS_AS(load_model(saved.directory.path()), std::system_error);
}
