#include <algorithm>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/text/batches.hpp>

using tapegrad::EncodedTexts;
using tapegrad::Index;
using tapegrad::IndexArray;
using tapegrad::Tokenizer;
using tapegrad::Vocabulary;
using Ids = std::vector<Index>;
using Words = tapegrad::LargeVector<std::int32_t>;

namespace {

/// Texts of 0 to 40 words, each id 2 + its example's number modulo 90.
EncodedTexts many(Index n) {
  EncodedTexts texts;
  for (Index i = 0; i < n; ++i) {
    texts.ids.insert(texts.ids.end(), static_cast<std::size_t>(i * 7919 % 41),
                     static_cast<std::int32_t>(2 + i % 90));
    texts.offsets.push_back(static_cast<Index>(texts.ids.size()));
  }
  return texts;
}

Ids flattened(const std::vector<Ids>& batches) {
  Ids all;
  for (const auto& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
  return all;
}

EncodedTexts three() {
  EncodedTexts texts;
  texts.ids = {5, 6, 7, 8};
  texts.offsets = {0, 3, 3, 4};
  return texts;
}

}  // namespace

TEST_CASE("texts become ids; long ones are cut, unknown words and cuts are counted") {
  const std::vector<std::string> texts = {"A good film.", "", "Good, bad, good, bad film"};
  const auto counts = count_words({texts[0]}, Tokenizer());
  const Vocabulary vocabulary(counts);
  REQUIRE(vocabulary.words() ==
          std::vector<std::string>{"<pad>", "<unk>", ".", "a", "film", "good"});
  const auto all = encode(texts, Tokenizer(), vocabulary);
  CHECK(all.ids == Words{3, 5, 4, 2, 5, 1, 1, 1, 5, 1, 1, 4});
  CHECK(all.offsets == Ids{0, 4, 4, 12});
  CHECK(all.unknown == 5);
  CHECK(all.cut == 0);
  const auto cut = encode(texts, Tokenizer(), vocabulary, 3);
  CHECK(cut.ids == Words{3, 5, 4, 5, 1, 1});
  CHECK(cut.unknown == 2);
  CHECK(cut.cut == 2);
  CHECK(cut.words_cut == 6);
  CHECK_THROWS_AS(encode(texts, Tokenizer(), vocabulary, -1), std::invalid_argument);
}

TEST_CASE("every example is in one batch of an epoch, and batches are full but the last") {
  const EncodedTexts texts = many(1003);
  auto plan = shuffled_batches(texts, 4, 1, 0);
  CHECK(plan.batches.size() == 251);
  CHECK(std::count_if(plan.batches.begin(), plan.batches.end(),
                      [](const Ids& batch) { return batch.size() == 4; }) == 250);
  Ids all = flattened(plan.batches);
  CHECK_FALSE(std::is_sorted(all.begin(), all.end()));
  std::sort(all.begin(), all.end());
  for (Index i = 0; i < 1003; ++i) CHECK(all[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("the order depends on seed and epoch alone") {
  const EncodedTexts texts = many(500);
  CHECK(shuffled_batches(texts, 8, 1, 3).batches == shuffled_batches(texts, 8, 1, 3).batches);
  CHECK(shuffled_batches(texts, 8, 1, 3).batches != shuffled_batches(texts, 8, 1, 4).batches);
  CHECK(shuffled_batches(texts, 8, 2, 3).batches != shuffled_batches(texts, 8, 1, 3).batches);
}

TEST_CASE("texts of similar length go together, and batches do not come sorted") {
  const EncodedTexts texts = many(1600);  // one pool
  const auto plan = shuffled_batches(texts, 16, 1, 0);
  CHECK(plan.padding < 0.02);
  CHECK(sequential_batches(texts, 16).padding > 0.3);
  Ids longest;
  for (const auto& batch : plan.batches) longest.push_back(texts.length(batch.back()));
  CHECK_FALSE(std::is_sorted(longest.begin(), longest.end()));
}

TEST_CASE("sequential batches keep the order") {
  const auto plan = sequential_batches(three(), 2);
  CHECK(plan.batches == std::vector<Ids>{{0, 1}, {2}});
  // Seven cells (2 x 3 and 1 x 1), four words.
  CHECK(plan.padding == Approx(3.0 / 7.0));
  CHECK(sequential_batches(EncodedTexts(), 2).batches.empty());
  CHECK_THROWS_WITH(sequential_batches(three(), 0), "batches: batch_size is 0, expected 1 or more");
}

TEST_CASE("a padded batch is a rectangle with padding behind each text") {
  const auto batch = padded_batch(three(), {2, 0, 1});
  CHECK((batch.ids == IndexArray{{8, 0, 0}, {5, 6, 7}, {0, 0, 0}}));
  CHECK((batch.lengths == IndexArray{1, 3, 0}));
  CHECK((padded_batch(three(), {1}).ids == tapegrad::IndexArray(tapegrad::Shape{1, 1}, 0)));
}

TEST_CASE("a flat batch has its texts one after the other") {
  const auto batch = flat_batch(three(), {2, 1, 0});
  CHECK((batch.ids == IndexArray{8, 5, 6, 7}));
  CHECK((batch.offsets == IndexArray{0, 1, 1}));
  CHECK(flat_batch(three(), {1}).ids.size() == 0);
}

TEST_CASE("labels follow the examples, and an example that is not there is an error") {
  CHECK((tapegrad::batch_labels({7, 8, 9}, {2, 0}) == IndexArray{9, 7}));
  CHECK_THROWS_WITH(tapegrad::batch_labels({7}, {1}), "batches: example 1 is out of range [0, 1)");
  CHECK_THROWS_WITH(padded_batch(three(), {3}), "batches: example 3 is out of range [0, 3)");
  CHECK_THROWS_AS(flat_batch(three(), {-1}), tapegrad::IndexError);
}
