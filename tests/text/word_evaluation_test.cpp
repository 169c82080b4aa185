#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/text/spelling.hpp>
#include <tapegrad/text/vectors.hpp>
#include <tapegrad/text/word_evaluation.hpp>

#include <temporary.hpp>

using tapegrad::AnalogiesResult;
using tapegrad::AnalogySection;
using tapegrad::evaluate;
using tapegrad::Index;
using tapegrad::spearman;
using tapegrad::WordSpace;
using Numbers = std::vector<double>;

namespace {

tapegrad::FindWord find_in(const WordSpace& space) {
  return [&space](std::string_view word) { return space.find(word); };
}

const std::string data = TAPEGRAD_DATA_DIR;
const std::string glove_file = data + "/glove/glove.6B.100d.trim60mb.txt";

const WordSpace& glove() {
  static const WordSpace space = [] {
    auto vectors = tapegrad::load_vectors(glove_file, [](std::string_view) { return true; });
    return WordSpace(vectors.words, std::move(vectors.values));
  }();
  return space;
}

// WordSim-353 has names with capitals, GloVe 6B has none.
std::optional<Index> find_lower(std::string_view word) {
  const auto row = glove().find(word);
  return row ? row : glove().find(tapegrad::lower_case(word));
}

}  // namespace

TEST_CASE("Spearman's correlation is that of the ranks") {
  CHECK(spearman({1, 2, 3, 4}, {10, 100, 1000, 10000}) == Approx(1));
  CHECK(spearman({1, 2, 3, 4}, {3, 2, 1, 0}) == Approx(-1));
  // The example of Wikipedia, "Spearman's rank correlation coefficient": IQ and hours of
  // television.
  CHECK(spearman({106, 100, 86, 101, 99, 103, 97, 113, 112, 110},
                 {7, 27, 2, 50, 28, 29, 20, 12, 6, 17}) == Approx(-29.0 / 165));
}

TEST_CASE("equal numbers share the mean of their ranks") {
  // Ranks 1, 2.5, 2.5, 4: covariance 4.5, variances 4.5 and 5 (and scipy 1.10: 0.9486832980505138).
  CHECK(spearman({1, 2, 2, 3}, {1, 2, 3, 4}) == Approx(4.5 / std::sqrt(4.5 * 5)));
  CHECK(spearman({1, 1, 2, 2}, {1, 2, 1, 2}) == Approx(0).margin(1e-15));
  CHECK(spearman({5, 5, 5, 1}, {2, 2, 2, 7}) == Approx(-1));
}

TEST_CASE("where there is nothing to correlate, the result is NaN") {
  CHECK(std::isnan(spearman({}, {})));
  CHECK(std::isnan(spearman({1}, {2})));
  CHECK(std::isnan(spearman({1, 1}, {1, 2})));
  CHECK_THROWS_WITH(spearman({1}, {}), "spearman: x has 1 numbers, y has 0");
}

TEST_CASE("pairs with unknown words are counted and left out") {
  const WordSpace space({"a", "b", "c"}, {{1, 0}, {1, 1}, {0, 1}});
  const auto find = find_in(space);
  const auto result = evaluate(
      space, {{"a", "b", 9}, {"a", "zzz", 0}, {"a", "a", 10}, {"a", "c", 1}, {"zzz", "x", 5}},
      find);
  CHECK(result.pairs == 5);
  CHECK(result.missing == 2);
  CHECK(result.spearman == Approx(1));
  CHECK(std::isnan(evaluate(space, {{"x", "y", 1}}, find).spearman));
}

TEST_CASE("analogies are counted by section; unknown words are missing, and wrong among all") {
  const WordSpace space({"a", "b", "c", "d", "e"},
                        {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {-1, 1, 1}, {1, 1, 1}});
  const std::vector<AnalogySection> sections = {
      {"family", {{"a", "b", "c", "d"}, {"a", "b", "c", "e"}, {"a", "b", "c", "zzz"}}},
      {"gram1", {{"zzz", "b", "c", "d"}}},
      {"gram2", {{"a", "b", "c", "d"}}}};
  std::vector<Index> progress;
  const auto results = evaluate(space, sections, find_in(space), [&](Index asked, Index all) {
    progress.push_back(asked);
    CHECK(all == 5);
  });
  CHECK(progress == std::vector<Index>{3, 4, 5});
  REQUIRE(results.size() == 3);
  CHECK(results[0].name == "family");
  CHECK(results[0].questions == 3);
  CHECK(results[0].missing == 1);
  CHECK(results[0].correct == 1);
  CHECK(results[0].accuracy() == 0.5);
  CHECK(results[0].accuracy_of_all() == Approx(1.0 / 3));
  CHECK(std::isnan(results[1].accuracy()));
  CHECK(results[1].accuracy_of_all() == 0);
  CHECK(results[2].correct == 1);

  const AnalogiesResult grammar = total(results, "syntactic", tapegrad::is_syntactic);
  CHECK(grammar.name == "syntactic");
  CHECK(grammar.questions == 2);
  CHECK(grammar.missing == 1);
  CHECK(grammar.correct == 1);
  CHECK(total(results, "all", [](const std::string&) { return true; }).questions == 5);
}

TEST_CASE("GloVe vectors agree with people as much as is known of them") {
  if (!std::filesystem::exists(glove_file) || !std::filesystem::exists(data + "/wordsim")) {
    WARN("not run: " << glove_file << " or " << data << "/wordsim is missing");
    return;
  }
  struct Known {
    const char* file;
    Index pairs;
    double spearman;
  };
  // data/wordsim is known to give these with GloVe; word_evaluation.py computes the same.
  for (const Known& known :
       {Known{"EN-WS-353-ALL.txt", 353, .5327}, Known{"EN-SIMLEX-999.txt", 999, .2975},
        Known{"EN-MEN-TR-3k.txt", 3000, .6809}, Known{"EN-RG-65.txt", 65, .6907}}) {
    INFO(known.file);
    const auto test = tapegrad::read_word_test(data + "/wordsim/" + known.file);
    const auto result = evaluate(glove(), test.pairs, find_lower);
    CHECK(result.pairs == known.pairs);
    CHECK(result.missing == 0);
    CHECK(result.spearman == Approx(known.spearman).margin(5e-5));
  }
}
