#include <fmt/core.h>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/text/number_words.hpp>
#include <tapegrad/training/pair_splits.hpp>

#include <temporary.hpp>

using tapegrad::Direction;
using tapegrad::Index;
using tapegrad::load_pairs;
using tapegrad::number_pairs;
using tapegrad::NumberOptions;
using tapegrad::PairSplits;
using tapegrad::TextPairs;

namespace {

std::set<Index> numbers_of(const TextPairs& pairs, Direction direction) {
  std::set<Index> all;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const bool to_words = direction == Direction::to_words;
    const Index n = std::stoll(to_words ? pairs.sources[i] : pairs.targets[i]);
    REQUIRE((to_words ? pairs.targets[i] : pairs.sources[i]) == tapegrad::number_words(n));
    all.insert(n);
  }
  return all;
}

std::size_t between(const std::set<Index>& numbers, Index first, Index end) {
  return static_cast<std::size_t>(
      std::distance(numbers.lower_bound(first), numbers.lower_bound(end)));
}

std::string refused(const NumberOptions& options) {
  return error_of<std::invalid_argument>([&] { number_pairs(options, 1); });
}

}  // namespace

TEST_CASE("no number is in two of train, dev and test, and lengths are mixed in train") {
  for (const Direction direction : {Direction::to_words, Direction::to_number}) {
    const PairSplits splits = number_pairs({.direction = direction, .train = 20'000}, 1);
    const auto train = numbers_of(splits.train, direction);
    const auto dev = numbers_of(splits.dev, direction);
    const auto test = numbers_of(splits.test, direction);
    CHECK(train.size() == 20'000);
    CHECK(dev.size() == 1000);
    CHECK(test.size() == 1000);
    CHECK(splits.dev.size() == 1000);
    CHECK(splits.test.size() == 1000);
    std::map<std::size_t, std::size_t> lengths;
    for (const std::string& digits :
         direction == Direction::to_words ? splits.train.sources : splits.train.targets) {
      ++lengths[digits.size()];
    }
    REQUIRE(lengths.size() == 6);
    for (std::size_t digits = 1; digits <= 3; ++digits) CHECK(lengths[digits] == 20'000 / 12);
    std::set<Index> all = train;
    all.insert(dev.begin(), dev.end());
    all.insert(test.begin(), test.end());
    CHECK(all.size() == 22'000);
    CHECK(between(all, 0, 1000) == 1000);
    CHECK(between(train, 1000, 10'000) > 2500);  // 9,500 / 3, some of them twice
    CHECK(between(train, 10'000, 100'000) > 3500);
    CHECK(between(dev, 100'000, 1'000'000) > 850);  // 900 expected, with a deviation of 9.5
  }
}

TEST_CASE("the numbers depend on the seed alone") {
  const NumberOptions options{.below = 5000, .train = 1000, .held_out = 100};
  const PairSplits one = number_pairs(options, 1);
  CHECK(number_pairs(options, 1).train.sources == one.train.sources);
  CHECK(number_pairs(options, 1).test.sources == one.test.sources);
  CHECK(number_pairs(options, 2).test.sources != one.test.sources);
}

TEST_CASE("all numbers can be asked for, but no more") {
  const PairSplits all = number_pairs({.below = 1200, .train = 1000, .held_out = 100}, 1);
  CHECK(numbers_of(all.train, Direction::to_words).size() == 1000);
  CHECK(all.dev.size() + all.test.size() == 200);
  CHECK(refused({.below = 1200, .train = 1001, .held_out = 100}) ==
        "number_pairs: 1001 numbers for train, 100 for dev and 100 for test are wanted, there are "
        "1200");
  CHECK(refused({.below = 1'000'001}) == "number_pairs: below is 1000001, must be in [1, 1000000]");
  CHECK_THAT(refused({.train = 0}), Catch::Contains("0 numbers for train"));
  CHECK_THAT(refused({.held_out = 0}), Catch::Contains("0 for dev"));
}

TEST_CASE("a held-out share takes sources with all their pairs") {
  const TemporaryDirectory directory;
  std::string text;
  for (int i = 0; i < 50; ++i) {
    text += fmt::format("s{}\tt{}\n", i % 25, i);
  }
  const std::string path = directory.file("pairs", text);
  const PairSplits splits = load_pairs(path, "", "", 0.2, 1);
  const auto different = [](const TextPairs& pairs) {
    return std::set<std::string>(pairs.sources.begin(), pairs.sources.end());
  };
  CHECK(splits.dev.size() == 10);  // a fifth of 25 sources, twice each
  CHECK(different(splits.dev).size() == 5);
  CHECK(splits.test.size() == 8);  // a fifth of the 20 others
  CHECK(splits.train.size() == 32);
  for (const auto& source : different(splits.dev)) {
    CHECK_FALSE(different(splits.train).contains(source));
    CHECK_FALSE(different(splits.test).contains(source));
  }
  CHECK(load_pairs(path, "", "", 0.2, 1).dev.targets == splits.dev.targets);

  const PairSplits named = load_pairs(path, path, path, 0.2, 1);
  CHECK(named.train.size() == 50);
  CHECK(named.dev.size() == 50);
  CHECK(named.test.size() == 50);
}

TEST_CASE("pairs that leave nothing to train on are refused") {
  const TemporaryDirectory directory;
  const std::string path = directory.file("pairs", "a\tb\na\tc\n");
  CHECK(
      error_of<tapegrad::FormatError>([&] { load_pairs(path, "", "", 0.1, 1); }) ==
      path +
          ": has too few different sources to hold a share of 0.1 out of them; name files for dev "
          "and test");
  for (const double share : {0.0, 1.0}) {
    CHECK_THAT(error_of<std::invalid_argument>([&] { load_pairs(path, path, path, share, 1); }),
               Catch::Contains("must be in (0, 1)"));
  }
}

TEST_CASE("directions have names") {
  for (const Direction direction : {Direction::to_words, Direction::to_number}) {
    CHECK(tapegrad::direction_of(to_string(direction)) == direction);
  }
  CHECK(error_of<std::invalid_argument>([] { tapegrad::direction_of("up"); }) ==
        "direction: \"up\" is not one of to-words, to-number");
}
