// What train_sentiment does with files of word vectors.
#include <catch2/catch.hpp>
#include <packed.hpp>
#include <tapegrad/text/vectors.hpp>

#include "made_up.hpp"
#include "program.hpp"

using Catch::Contains;

namespace {

using Arguments = std::vector<std::string>;

Finished train(const MadeUp& files, const Arguments& changes) {
  Arguments all = {"--embeddings", "frozen", "--seeds", "1", "--epochs", "1"};
  all.insert(all.end(), changes.begin(), changes.end());
  return run("train_sentiment", files.arguments(all));
}

}  // namespace

TEST_CASE("the option --vectors takes a file of an archive") {
  const MadeUp files;
  const Finished plain = train(files, {});
  REQUIRE(plain.code == 0);
  const std::string archive = files.directory.file(
      "v.zip", zipped({{"other.txt", "a 1\n"}, {"v.txt", tapegrad::read_file(files.vectors)}}));
  const Finished packed = train(files, {"--vectors", archive + ":v.txt"});
  CHECK(packed.code == 0);
  CHECK_THAT(packed.out, Contains("vectors                 " + archive + ":v.txt"));
  CHECK_THAT(packed.out, Contains("vectors for"));
  const Finished unnamed = train(files, {"--vectors", archive});
  CHECK(unnamed.code == 1);
  CHECK_THAT(unnamed.err, Contains("found other.txt, v.txt"));
}

TEST_CASE("the option --malformed-vectors says what is done about malformed lines") {
  const MadeUp files;
  const std::string bad = files.directory.file("bad.txt", "film 1 2\ndull 1\nfine 3 4\n");
  const Finished strict = train(files, {"--vectors", bad});
  CHECK(strict.code == 1);
  CHECK_THAT(strict.err, Contains(bad + ":2: expected a word and 2 numbers, found 1 fields"));
  const Finished skip = train(files, {"--vectors", bad, "--malformed-vectors", "skip"});
  CHECK(skip.code == 0);
  CHECK_THAT(skip.err,
             Contains(bad + ": left out: 1 without a word and 2 numbers (first: line 2)"));
  CHECK(train(files, {"--malformed-vectors", "ignore"}).code == 2);
}

TEST_CASE(
    "the option --save-vectors writes the best model's words, without <pad>, <unk> and n-grams") {
  const MadeUp files;
  const std::string saved = files.directory / "saved.vec";
  const Finished done = train(files, {"--save-vectors", saved, "--ngrams", "2"});
  REQUIRE(done.code == 0);
  CHECK_THAT(done.out, Contains("word vectors of frozen") && Contains(": " + saved + "\n"));
  const tapegrad::WordVectors vectors =
      tapegrad::load_vectors(saved, [](std::string_view) { return true; });
  CHECK(vectors.width() == 4);
  for (const std::string& word : vectors.words) {
    CHECK(word.find(' ') == std::string::npos);
    CHECK(word != "<pad>");
    CHECK(word != "<unk>");
  }
  const auto film = std::find(vectors.words.begin(), vectors.words.end(), "film");
  REQUIRE(film != vectors.words.end());
  const float* values = vectors.values.data() + 4 * (film - vectors.words.begin());
  CHECK(std::vector<float>(values, values + 4) == std::vector<float>{0.1F, 0.2F, -0.1F, 0.3F});
}

TEST_CASE("a name that --save-vectors cannot use is told before the training") {
  const MadeUp files;
  const Finished unknown = train(files, {"--save-vectors", files.directory / "v.model"});
  CHECK(unknown.code == 2);
  CHECK_THAT(unknown.err, Contains("expected a name that ends in .vec"));
  const Finished nowhere = train(files, {"--save-vectors", files.directory / "none/v.vec"});
  CHECK(nowhere.code == 2);
  CHECK_THAT(nowhere.err, Contains("does not exist"));
}
