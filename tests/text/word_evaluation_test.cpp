#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <map>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/text/spelling.hpp>
#include <tapegrad/text/vectors.hpp>
#include <tapegrad/text/word_evaluation.hpp>

#include <temporary.hpp>

using tapegrad::AnalogiesResult;
using tapegrad::AnalogySection;
using tapegrad::Array;
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
const std::string folder = data + "/glove/glove.6B.100d.";

// Of 68,964 words, and the first 2,717 of them; nullptr where the files are missing.
const WordSpace* glove(const std::string& part) {
  static std::map<std::string, WordSpace> spaces;
  const std::string file = folder + part + ".txt";
  if (!std::filesystem::exists(file) || !std::filesystem::exists(data + "/wordsim")) {
    WARN("not run: " << file << " or " << data << "/wordsim is missing");
    return nullptr;
  }
  const auto found = spaces.find(part);
  if (found != spaces.end()) return &found->second;
  auto vectors = tapegrad::load_vectors(file, [](std::string_view) { return true; });
  return &spaces.try_emplace(part, vectors.words, std::move(vectors.values)).first->second;
}

// What word_evaluation.py computes with numpy.
struct KnownPairs {
  const char* file;
  Index pairs, missing;
  double spearman;
};
struct KnownSection {
  const char* name;
  Index questions, missing, correct;
};

void check_pairs(const WordSpace& space, const std::vector<KnownPairs>& all) {
  const auto find = [&](std::string_view word) {  // WordSim-353 has names with capitals
    const auto row = space.find(word);
    return row ? row : space.find(tapegrad::lower_case(word));
  };
  for (const KnownPairs& known : all) {
    INFO(known.file);
    const auto test = tapegrad::read_word_test(data + "/wordsim/" + known.file);
    const auto result = evaluate(space, test.pairs, find);
    CHECK(result.pairs == known.pairs);
    CHECK(result.missing == known.missing);
    CHECK(result.spearman == Approx(known.spearman).margin(2e-6));
  }
}

void check_analogies(const WordSpace& space, const std::vector<KnownSection>& all) {
  const auto test = tapegrad::read_word_test(data + "/analogy/questions-words.lower.txt");
  const auto results = evaluate(space, test.sections, find_in(space));
  REQUIRE(results.size() == all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    INFO(all[i].name);
    CHECK(results[i].name == all[i].name);
    CHECK(results[i].questions == all[i].questions);
    CHECK(results[i].missing == all[i].missing);
    CHECK(results[i].correct == all[i].correct);
  }
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
  const WordSpace space({"a", "b", "c"}, Array{{1, 0}, {1, 1}, {0, 1}});
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
                        Array{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {-1, 1, 1}, {1, 1, 1}});
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

TEST_CASE("GloVe vectors agree with people as far as numpy says, and know all their words") {
  const WordSpace* space = glove("trim60mb");
  if (space == nullptr) return;
  // To four digits .5327, .2975, .6809 and .6907, which is known of the whole file of GloVe 6B too.
  check_pairs(*space, {{"EN-WS-353-ALL.txt", 353, 0, .532735},
                       {"EN-SIMLEX-999.txt", 999, 0, .297550},
                       {"EN-MEN-TR-3k.txt", 3000, 0, .680915},
                       {"EN-RG-65.txt", 65, 0, .690737}});
}

TEST_CASE("GloVe vectors solve as many of Google's analogies as numpy says") {
  const WordSpace* space = glove("trim60mb");
  if (space == nullptr) return;
  check_analogies(*space, {{"capital-common-countries", 506, 0, 477},
                           {"capital-world", 4524, 0, 4066},
                           {"currency", 866, 0, 145},
                           {"city-in-state", 2467, 0, 770},
                           {"family", 506, 0, 413},
                           {"gram1-adjective-to-adverb", 992, 0, 243},
                           {"gram2-opposite", 812, 0, 166},
                           {"gram3-comparative", 1332, 0, 1067},
                           {"gram4-superlative", 1122, 0, 627},
                           {"gram5-present-participle", 1056, 0, 735},
                           {"gram6-nationality-adjective", 1599, 0, 1416},
                           {"gram7-past-tense", 1560, 0, 865},
                           {"gram8-plural", 1332, 0, 961},
                           {"gram9-plural-verbs", 870, 0, 508}});
}

TEST_CASE("with few vectors, as many words are missing as numpy says") {
  const WordSpace* space = glove("first2717");
  if (space == nullptr) return;
  check_pairs(*space, {{"EN-WS-353-ALL.txt", 353, 212, .671901},
                       {"EN-SIMLEX-999.txt", 999, 793, .223143},
                       {"EN-MEN-TR-3k.txt", 3000, 2626, .694469},
                       {"EN-RG-65.txt", 65, 63, -1}});
  check_analogies(*space, {{"capital-common-countries", 506, 434, 64},
                           {"capital-world", 4524, 4504, 20},
                           {"currency", 866, 838, 4},
                           {"city-in-state", 2467, 2440, 10},
                           {"family", 506, 434, 61},
                           {"gram1-adjective-to-adverb", 992, 962, 8},
                           {"gram2-opposite", 812, 812, 0},
                           {"gram3-comparative", 1332, 1260, 47},
                           {"gram4-superlative", 1122, 1092, 26},
                           {"gram5-present-participle", 1056, 924, 95},
                           {"gram6-nationality-adjective", 1599, 1189, 409},
                           {"gram7-past-tense", 1560, 1320, 165},
                           {"gram8-plural", 1332, 1260, 48},
                           {"gram9-plural-verbs", 870, 840, 16}});
}
