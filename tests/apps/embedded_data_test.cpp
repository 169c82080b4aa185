#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <set>
#include <tapegrad/text/batches.hpp>
#include <tapegrad/text/input.hpp>
#include <tapegrad/text/vectors.hpp>
#include <tapegrad/training/splits.hpp>
#include <unordered_map>

using tapegrad::Corpus;
using Words = std::vector<std::string>;

namespace {

const std::string folder = TAPEGRAD_SOURCE_DIR "/data/";
const std::string vectors_file = folder + "glove.6B.100d.words.txt.gz";
const std::string whole_glove = TAPEGRAD_DATA_DIR "/glove/glove.6B.100d.trim60mb.txt";

bool any(std::string_view) {
  return true;
}

const Corpus& reviews() {
  static const Corpus corpus = tapegrad::load_corpus(
      folder + "reviews.train.tsv", folder + "reviews.dev.tsv", folder + "reviews.test.tsv");
  return corpus;
}

// The words of every review, letters only: punctuation does not make a review another one.
const std::vector<Words>& words_of_reviews() {
  static const std::vector<Words> all = [] {
    std::vector<Words> words;
    const tapegrad::TokenizedTexts& texts = reviews().texts;
    for (std::size_t n = 0; n + 1 < texts.offsets.size(); ++n) {
      Words kept;
      for (auto i = texts.offsets[n]; i < texts.offsets[n + 1]; ++i) {
        const auto number = static_cast<std::size_t>(texts.numbers[static_cast<std::size_t>(i)]);
        const std::string& token = texts.words.words()[number];
        if (std::isalnum(static_cast<unsigned char>(token[0])) != 0) kept.push_back(token);
      }
      words.push_back(std::move(kept));
    }
    return words;
  }();
  return all;
}

std::string phrase(const Words& words, std::size_t begin, std::size_t length) {
  std::string text;
  for (std::size_t i = begin; i < begin + length; ++i) text += words[i] + " ";
  return text;
}

// How much alike two sorted sets of numbers are: common ones by all.
double jaccard(const std::vector<int>& a, const std::vector<int>& b) {
  std::size_t common = 0;
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end();) {
    common += *x == *y ? 1 : 0;
    const bool step_x = *x <= *y;
    const bool step_y = *y <= *x;
    x += step_x ? 1 : 0;
    y += step_y ? 1 : 0;
  }
  return static_cast<double>(common) / static_cast<double>(a.size() + b.size() - common);
}

}  // namespace

TEST_CASE("there are at least 1,500 reviews, each labelled positive or negative") {
  const Corpus& corpus = reviews();
  CHECK(corpus.labels.size() >= 1500);
  CHECK(corpus.label_names == Words{"negative", "positive"});
  CHECK((corpus.has_dev() && corpus.has_test()));
  for (const auto& words : words_of_reviews()) CHECK(words.size() >= 3);
}

TEST_CASE("half of the reviews of each part are positive, give or take a tenth") {
  const Corpus& corpus = reviews();
  const auto positive = [&](std::size_t begin, std::size_t end) {
    double count = 0;
    for (std::size_t i = begin; i < end; ++i) count += static_cast<double>(corpus.labels[i]);
    return count / static_cast<double>(end - begin);
  };
  CHECK(positive(0, corpus.train_end) == Approx(0.5).margin(0.05));
  CHECK(positive(corpus.train_end, corpus.dev_end) == Approx(0.5).margin(0.05));
  CHECK(positive(corpus.dev_end, corpus.labels.size()) == Approx(0.5).margin(0.05));
}

TEST_CASE("no two reviews are alike") {
  std::unordered_map<std::string, int> numbers;
  std::vector<std::vector<int>> sets;
  for (const auto& words : words_of_reviews()) {
    std::set<int> set;
    for (const auto& word : words) {
      set.insert(numbers.try_emplace(word, static_cast<int>(numbers.size())).first->second);
    }
    sets.emplace_back(set.begin(), set.end());
  }
  double most = 0;
  std::string pair;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      const double alike = jaccard(sets[i], sets[k]);
      if (alike <= most) continue;
      most = alike;
      const auto& texts = words_of_reviews();
      pair = phrase(texts[k], 0, texts[k].size()) + "| " + phrase(texts[i], 0, texts[i].size());
    }
  }
  INFO(pair);
  CHECK(most < 0.5);
}

TEST_CASE("reviews are not made from templates") {
  std::map<std::string, int> beginnings;
  std::map<std::string, int> phrases;
  for (const auto& words : words_of_reviews()) {
    if (words.size() >= 4) ++beginnings[phrase(words, 0, 4)];
    std::set<std::string> own;
    for (std::size_t i = 0; i + 5 <= words.size(); ++i) own.insert(phrase(words, i, 5));
    for (const auto& each : own) ++phrases[each];
  }
  // People do begin alike now and then ("You won't find ..."), a generator does all the time.
  int shared = 0;
  for (const auto& [text, count] : beginnings) {
    INFO(text);
    if (count > 3) CHECK(count <= 3);
    if (count > 1) shared += count;
  }
  CHECK(shared < std::ssize(words_of_reviews()) / 20);
  for (const auto& [text, count] : phrases) {
    INFO(text);
    if (count > 4) CHECK(count <= 4);
  }
}

TEST_CASE("every embedded vector can be read, and covers nearly all of the reviews' words") {
  const auto vectors = tapegrad::load_vectors(vectors_file, any);
  CHECK(vectors.width() == 100);
  CHECK(vectors.duplicates == 0);
  CHECK(static_cast<tapegrad::Index>(vectors.words.size()) == vectors.lines);
  const std::set<std::string> known(vectors.words.begin(), vectors.words.end());
  tapegrad::WordCounts counts;
  for (const auto number : reviews().texts.numbers) {
    counts.add(reviews().texts.words.words()[static_cast<std::size_t>(number)]);
  }
  const auto covered = tapegrad::coverage(
      counts, [&](std::string_view word) { return known.count(std::string(word)) > 0; });
  INFO(to_string(covered));
  CHECK(static_cast<double>(covered.tokens_found) > 0.95 * static_cast<double>(covered.tokens));
}

TEST_CASE("the embedded vectors are GloVe's to the bit, with its 2,000 first words") {
  if (!std::filesystem::exists(whole_glove)) {
    WARN("not run: " << whole_glove << " is missing");
    return;
  }
  const auto embedded = tapegrad::load_vectors(vectors_file, any);
  const std::set<std::string> known(embedded.words.begin(), embedded.words.end());
  tapegrad::LineReader reader(whole_glove);
  std::string_view line;
  std::size_t missing = 0;
  while (reader.number() < 2000 && reader.next(line)) {
    missing += known.count(std::string(line.substr(0, line.find(' ')))) == 0 ? 1 : 0;
  }
  CHECK(missing == 0);
  const auto original = tapegrad::load_vectors(
      whole_glove, [&](std::string_view word) { return known.count(std::string(word)) > 0; });
  CHECK(original.words == embedded.words);
  REQUIRE(original.values.shape() == embedded.values.shape());
  CHECK(std::equal(original.values.data(), original.values.data() + original.values.size(),
                   embedded.values.data()));
}
