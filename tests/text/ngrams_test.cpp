#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/files.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/text/ngrams.hpp>

#include <temporary.hpp>

using tapegrad::EncodedTexts;
using tapegrad::Index;
using tapegrad::NgramOptions;
using tapegrad::Ngrams;
using tapegrad::Vocabulary;
using Ids = tapegrad::LargeVector<std::int32_t>;
using Words = std::vector<std::int32_t>;
using Offsets = std::vector<Index>;

namespace {

EncodedTexts texts_of(const std::vector<Ids>& all) {
  EncodedTexts texts;
  for (const auto& text : all) {
    texts.ids.insert(texts.ids.end(), text.begin(), text.end());
    texts.offsets.push_back(static_cast<Index>(texts.ids.size()));
  }
  return texts;
}

// Many texts of few words, so that n-grams repeat across blocks.
EncodedTexts many() {
  std::vector<Ids> all;
  std::uint64_t state = 7;
  for (int t = 0; t < 3000; ++t) {
    Ids text;
    for (int i = 0; i < t % 23; ++i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      text.push_back(static_cast<std::int32_t>(1 + (state >> 33U) % 40));
    }
    all.push_back(std::move(text));
  }
  return texts_of(all);
}

Vocabulary letters() {
  return Vocabulary(std::vector<tapegrad::CountedWord>{{"a", 3}, {"b", 2}, {"c", 1}});
}

// Words 2 3 come three times, 3 2 twice, 2 3 2 twice, all others once.
const std::vector<Ids> train = {{2, 3, 2, 4}, {2, 3, 2}, {}, {4}, {2, 3}};

}  // namespace

TEST_CASE("n-grams that come often enough stand behind the words of a text") {
  const Ngrams ngrams(texts_of(train), {.order = 3, .min_count = 2});
  REQUIRE(ngrams.size() == 3);
  CHECK(ngrams.words(0) == Words{2, 3});
  CHECK(ngrams.words(1) == Words{3, 2});
  CHECK(ngrams.words(2) == Words{2, 3, 2});
  EncodedTexts texts = texts_of({{2, 3, 2, 3, 2}, {}, {4, 4}, {3, 2}});
  texts.unknown = 5;
  ngrams.append_to(texts, 10);
  CHECK(texts.ids == Ids{2, 3, 2, 3, 2, 10, 11, 10, 11, 12, 12, 4, 4, 3, 2, 11});
  CHECK(texts.offsets == Offsets{0, 11, 11, 13, 16});
  CHECK(texts.unknown == 5);
  CHECK(Ngrams(texts_of(train), {.order = 2, .min_count = 1}).size() == 3);
  CHECK(Ngrams(texts_of(train), {.order = 2, .min_count = 4}).size() == 0);
  CHECK_THROWS_WITH(ngrams.words(3), "ngrams: number 3 is out of range [0, 3)");
}

TEST_CASE("a word's id that could be an n-gram's is an error") {
  for (const bool distinct : {false, true}) {
    EncodedTexts texts = texts_of({{2, 9}});
    const Ngrams ngrams(texts, {.order = 2, .min_count = 1, .distinct = distinct});
    CHECK(error_of<std::invalid_argument>([&] { ngrams.append_to(texts, 9); }) ==
          "ngrams: id 9 of a word is not in [0, 9)");
  }
}

TEST_CASE("distinct words and n-grams stand once in a text, by rising id") {
  EncodedTexts texts = texts_of({{3, 2, 3, 2, 3}, {}, {4, 4}});
  Ngrams(texts_of(train), {.order = 3, .min_count = 2, .distinct = true}).append_to(texts, 10);
  CHECK(texts.ids == Ids{2, 3, 10, 11, 12, 4});
  CHECK(texts.offsets == Offsets{0, 5, 5, 6});
  EncodedTexts words = texts_of({{3, 2, 3}});
  Ngrams(texts_of(train), {.distinct = true}).append_to(words, 10);
  CHECK(words.ids == Ids{2, 3});
}

TEST_CASE("hashes of n-grams are those of the formula on their page") {
  // Computed in Python with integers modulo 2^64.
  const Ids ids = {2, 3, 4};
  CHECK(tapegrad::ngram_hash(ids.data(), 1) == 2);
  CHECK(tapegrad::ngram_hash(ids.data(), 2) == 0xA59C30E5A24ED8DDU);
  CHECK(tapegrad::ngram_hash(ids.data(), 3) == 0x7830ACF93FAB4196U);
}

TEST_CASE("with buckets every n-gram has the number that its hash leaves") {
  const Ngrams ngrams = Ngrams({}, {.order = 3, .buckets = 1000});
  CHECK(ngrams.size() == 1000);
  EncodedTexts texts = texts_of({{2, 3, 4}, {4}});
  ngrams.append_to(texts, 5);
  CHECK(texts.ids == Ids{2, 3, 4, 5 + 125, 5 + 14, 5 + 38, 4});
  CHECK(texts.offsets == Offsets{0, 6, 7});
}

TEST_CASE("without n-grams texts stay as they are") {
  EncodedTexts texts = texts_of(train);
  Ngrams(texts, {}).append_to(texts, 5);
  CHECK(texts.ids == texts_of(train).ids);
  CHECK(Ngrams().size() == 0);
  CHECK(Ngrams(texts, {.order = 1, .buckets = 7}).size() == 0);
}

TEST_CASE("n-grams and the texts with them are the same on any number of threads") {
  Ids expected;
  for (const int threads : {1, 2, 3}) {
    tapegrad::set_threads(threads);
    EncodedTexts texts = many();
    const Ngrams ngrams(texts, {.order = 3, .min_count = 3});
    ngrams.append_to(texts, 41);
    if (expected.empty()) expected = texts.ids;
    CHECK(ngrams.size() > 1000);
    CHECK(texts.ids == expected);
  }
  tapegrad::set_threads(0);
}

TEST_CASE("frequent n-grams of many texts are those that a count of all finds") {
  const EncodedTexts texts = many();
  std::map<Words, Index> counts;
  for (Index t = 0; t < texts.size(); ++t) {
    const auto begin = texts.ids.begin() + texts.offsets[static_cast<std::size_t>(t)];
    for (Index n = 2; n <= 3; ++n) {
      for (Index i = 0; i + n <= texts.length(t); ++i) ++counts[Words(begin + i, begin + i + n)];
    }
  }
  const Ngrams ngrams(texts, {.order = 3, .min_count = 4});
  Index before = counts[ngrams.words(0)];
  for (Index i = 0; i < ngrams.size(); ++i) {
    const Index count = counts[ngrams.words(i)];
    CHECK((count <= before && count >= 4));
    before = count;
  }
  CHECK(ngrams.size() == std::count_if(counts.begin(), counts.end(),
                                       [](const auto& each) { return each.second >= 4; }));
}

TEST_CASE("a saved list of n-grams is read again, one a line, in words") {
  const TemporaryDirectory directory;
  const NgramOptions options{.order = 3, .min_count = 2};
  const Ngrams saved(texts_of({{2, 3, 1, 4}, {2, 3, 1}}), options);
  saved.save(directory / "ngrams.txt", letters());
  const std::string bytes = tapegrad::read_file(directory / "ngrams.txt");
  CHECK((bytes == "a b\nb <unk>\na b <unk>\n" || bytes == "b <unk>\na b\na b <unk>\n"));
  const Ngrams loaded = Ngrams::load(directory / "ngrams.txt", letters(), options);
  EncodedTexts one = many();
  EncodedTexts two = many();
  saved.append_to(one, 41);
  loaded.append_to(two, 41);
  CHECK(loaded.size() == 3);
  CHECK(one.ids == two.ids);
}

TEST_CASE("a malformed list of n-grams is an error with its line") {
  const TemporaryDirectory directory;
  const auto error = [&](const std::string& bytes) {
    const std::string path = directory.file("ngrams.txt", bytes);
    const std::string text =
        error_of<tapegrad::FormatError>([&] { Ngrams::load(path, letters(), {.order = 2}); });
    return text.substr(text.rfind("ngrams.txt"));
  };
  CHECK(error("a b\nb") ==
        "ngrams.txt:2: expected a line end behind the last n-gram: the file is cut");
  CHECK(error("a b\na\n") == "ngrams.txt:2: expected 2 to 2 words, found 1");
  CHECK(error("a b c\n") == "ngrams.txt:1: expected 2 to 2 words, found 3");
  CHECK(error("a b\na d\n") == "ngrams.txt:2: the word \"d\" is not in the vocabulary");
  CHECK(error("a  b\n") == "ngrams.txt:1: the word \"\" is not in the vocabulary");
  CHECK(error("a b\n\n") == "ngrams.txt:2: the word \"\" is not in the vocabulary");
  CHECK(error("a b\nb a\na b\n") == "ngrams.txt:3: this n-gram came before");
}

TEST_CASE("options of n-grams that make no sense are errors") {
  CHECK_THROWS_WITH(Ngrams({}, {.order = 0}), "ngrams: order is 0, expected 1 or more");
  CHECK_THROWS_WITH(Ngrams({}, {.order = 2, .buckets = -1}),
                    "ngrams: buckets is -1, expected 0 or more");
  CHECK_THROWS_WITH(Ngrams({}, {.order = 2, .min_count = -1}),
                    "ngrams: min_count is -1, expected 0 or more");
  CHECK_THROWS_WITH(Ngrams({}, {.order = 2, .buckets = Index{1} << 31U}),
                    "ngrams: buckets is 2147483648, expected less than 2^31");
  EncodedTexts texts;
  CHECK_THROWS_WITH(Ngrams({}, {.order = 2, .buckets = 2147483647}).append_to(texts, 5),
                    "ngrams: 2147483647 of them and 5 words are more than 2^31 - 1 ids");
}
