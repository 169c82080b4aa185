#include <catch2/catch.hpp>
#include <numeric>
#include <set>
#include <tapegrad/training/splits.hpp>

#include <temporary.hpp>
#include "tiny.hpp"

using tapegrad::Index;
using tapegrad::make_splits;
using Numbers = std::vector<Index>;
using Ids = tapegrad::LargeVector<std::int32_t>;

namespace {

tiny::Labelled some(Index n, const std::string& word) {
  tiny::Labelled texts;
  for (Index i = 0; i < n; ++i) texts.emplace_back(i % 2 == 0 ? "bad" : "good", word);
  return texts;
}

Numbers sorted(Numbers numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

Numbers range(Index begin, Index end) {
  Numbers numbers(static_cast<std::size_t>(end - begin));
  std::iota(numbers.begin(), numbers.end(), begin);
  return numbers;
}

Numbers joined(const tapegrad::Split& split) {
  Numbers all = split.train;
  all.insert(all.end(), split.dev.begin(), split.dev.end());
  all.insert(all.end(), split.test.begin(), split.test.end());
  return all;
}

bool equal(const std::vector<tapegrad::Split>& a, const std::vector<tapegrad::Split>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.train == y.train && x.dev == y.dev && x.test == y.test;
  });
}

}  // namespace

TEST_CASE("folds test every text once, and no text is in two parts of a split") {
  const auto corpus = tiny::corpus(some(43, "x"));
  const auto splits = make_splits(corpus, 5, 1);
  REQUIRE(splits.size() == 5);
  Numbers tested;
  for (const auto& split : splits) {
    CHECK(sorted(joined(split)) == range(0, 43));
    CHECK((split.test.size() == 8 || split.test.size() == 9));
    CHECK(split.dev.size() == (43 - split.test.size()) / 10);
    tested.insert(tested.end(), split.test.begin(), split.test.end());
  }
  CHECK(sorted(tested) == range(0, 43));
}

TEST_CASE("a test file makes one split, and a tenth of train becomes dev") {
  const auto splits = make_splits(tiny::corpus(some(40, "x"), {}, some(7, "y")), 10, 1);
  REQUIRE(splits.size() == 1);
  CHECK(splits[0].dev.size() == 4);
  CHECK(splits[0].train.size() == 36);
  CHECK(splits[0].test == range(40, 47));
  CHECK(sorted(joined(splits[0])) == range(0, 47));
  CHECK(*std::max_element(splits[0].dev.begin(), splits[0].dev.end()) < 40);
}

TEST_CASE("a dev file serves every fold, and no training text is given away") {
  const auto splits = make_splits(tiny::corpus(some(9, "x"), some(4, "y")), 3, 1);
  REQUIRE(splits.size() == 3);
  for (const auto& split : splits) {
    CHECK(split.dev == range(9, 13));
    CHECK(split.train.size() == 6);
    CHECK(split.test.size() == 3);
  }
}

TEST_CASE("with both files the training texts train, all of them") {
  const auto splits = make_splits(tiny::corpus(some(5, "x"), some(2, "y"), some(3, "z")), 0, 1);
  REQUIRE(splits.size() == 1);
  CHECK(sorted(splits[0].train) == range(0, 5));
  CHECK(splits[0].dev == range(5, 7));
  CHECK(splits[0].test == range(7, 10));
}

TEST_CASE("the same seed gives the same splits, another seed others") {
  const auto corpus = tiny::corpus(some(40, "x"));
  CHECK(equal(make_splits(corpus, 4, 1), make_splits(corpus, 4, 1)));
  CHECK_FALSE(equal(make_splits(corpus, 4, 1), make_splits(corpus, 4, 2)));
}

TEST_CASE("dev has one text at least, and train keeps one") {
  const auto splits = make_splits(tiny::corpus(some(2, "x"), {}, some(1, "y")), 10, 1);
  CHECK(splits[0].dev.size() == 1);
  CHECK(splits[0].train.size() == 1);
}

TEST_CASE("too few texts for dev or for the folds are errors that say how many there are") {
  const auto error = [](const tapegrad::Corpus& corpus, Index folds) {
    return error_of<std::invalid_argument>([&] { make_splits(corpus, folds, 1); });
  };
  CHECK(error(tiny::corpus(some(1, "x"), {}, some(1, "y")), 2) ==
        "dev: needs a file of its own, 1 training texts are too few to give some away");
  CHECK(error(tiny::corpus(some(2, "x")), 2) ==
        "dev: needs a file of its own, 1 training texts are too few to give some away");
  const std::string hint = " (without a test file, 3 training texts are tested in folds)";
  CHECK(error(tiny::corpus(some(3, "x")), 1) == "folds: 1 is not in [2, 3]" + hint);
  CHECK(error(tiny::corpus(some(3, "x")), 4) == "folds: 4 is not in [2, 3]" + hint);
  CHECK(error(tiny::corpus(some(3, "x")), -1) == "folds: -1 is not in [2, 3]" + hint);
}

TEST_CASE("words of dev and test are in the vocabulary only if they have a vector") {
  const auto corpus = tiny::corpus({{"bad", "dull dull film"}, {"good", "fine"}},
                                   {{"good", "known unknown film"}}, {{"bad", "seen unseen"}});
  const tapegrad::WordVectors vectors{{"film", "nowhere", "seen", "known"},
                                      tapegrad::zeros({4, 2})};
  const auto data = tapegrad::prepare(corpus, make_splits(corpus, 2, 1)[0], vectors, {});
  CHECK(data.vocabulary.words() ==
        std::vector<std::string>{"<pad>", "<unk>", "dull", "film", "fine", "known", "seen"});
  CHECK(data.dev.texts.ids == Ids{5, 1, 3});
  CHECK(data.test.texts.ids == Ids{6, 1});
  CHECK(data.dev.labels == Numbers{1});
  CHECK(data.test.labels == Numbers{0});
}

TEST_CASE("a rare training word is unknown even if it has a vector and stands in test") {
  const auto corpus = tiny::corpus({{"bad", "dull dull rare"}, {"good", "dull"}},
                                   {{"good", "rare"}}, {{"bad", "rare"}});
  const tapegrad::WordVectors vectors{{"rare"}, tapegrad::zeros({1, 2})};
  const auto data = tapegrad::prepare(corpus, make_splits(corpus, 2, 1)[0], vectors,
                                      {.options = {.min_count = 2}});
  CHECK(data.test.texts.ids == Ids{tapegrad::Vocabulary::unk});
}

TEST_CASE("long texts are cut in all parts of a split") {
  const auto corpus =
      tiny::corpus({{"bad", "a b c"}, {"good", "a b"}}, {{"good", "a b c d"}}, {{"bad", "c b a"}});
  const auto data = tapegrad::prepare(corpus, make_splits(corpus, 2, 1)[0], {}, {.max_tokens = 2});
  CHECK(data.train.texts.ids.size() == 4);
  CHECK(data.train.texts.cut == 1);
  CHECK(data.dev.texts.cut == 1);
  CHECK(data.test.texts.cut == 1);
}

TEST_CASE("a corpus is the files one after the other, with the labels of train first") {
  const TemporaryDirectory directory;
  const std::string train = directory.file("train", "good fine\nbad dull\ngood nice\n");
  const std::string dev = directory.file("dev", "bad poor\n");
  const std::string test = directory.file("test", "awful worst\nbad poor\n");
  const tapegrad::DatasetOptions options{.form = tapegrad::DatasetForm::label_text};
  const auto corpus = tapegrad::load_corpus(train, dev, test, options);
  CHECK(corpus.texts.words.words() ==
        std::vector<std::string>{"fine", "dull", "nice", "poor", "worst"});
  CHECK(corpus.texts.numbers == Ids{0, 1, 2, 3, 4, 3});
  CHECK(corpus.label_names == std::vector<std::string>{"bad", "good", "awful"});
  CHECK(corpus.labels == Numbers{1, 0, 1, 0, 2, 0});
  CHECK(corpus.classes == 2);
  CHECK(corpus.train_end == 3);
  CHECK(corpus.dev_end == 4);
  CHECK((corpus.has_dev() && corpus.has_test()));
  REQUIRE(corpus.files.size() == 3);
  CHECK(corpus.files[1].use == "dev");
  CHECK(corpus.files[1].spec == dev);
  CHECK(corpus.files[2].texts == 2);
  const auto alone = tapegrad::load_corpus(train, "", "", options);
  CHECK_FALSE(alone.has_dev());
  CHECK_FALSE(alone.has_test());
}

TEST_CASE("a label that no model folder takes is refused before anything is trained") {
  const TemporaryDirectory directory;
  const std::string train = directory.file("f.csv", "label,text\n\"a\nb\",fine\nc,dull\n");
  CHECK_THROWS_WITH(tapegrad::load_corpus(train, "", ""),
                    train + ": labels: label 1 has a control character");
}

TEST_CASE("a training file of one class is refused, whatever dev has") {
  const TemporaryDirectory directory;
  const std::string train = directory.file("train.tsv", "good\tfine\ngood\tnice\ngood\tfine\n");
  const std::string dev = directory.file("dev.tsv", "good\tfine\nbad\tdull\n");
  CHECK_THROWS_WITH(tapegrad::load_corpus(train, dev, ""),
                    train + ": all 3 texts have the class \"good\": a classifier needs two");
}
