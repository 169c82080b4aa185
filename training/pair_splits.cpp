#include <tapegrad/training/pair_splits.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/rng.hpp>
#include <tapegrad/text/number_words.hpp>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace tapegrad {
namespace {

constexpr Index all_short = 1000;  // numbers below it are all used

void check(const NumberOptions& o) {
  if (o.below < 1 || o.below > number_words_end) {
    throw std::invalid_argument(
        fmt::format("number_pairs: below is {}, must be in [1, {}]", o.below, number_words_end));
  }
  if (o.train < 1 || o.held_out < 1 || o.train + 2 * o.held_out > o.below) {
    throw std::invalid_argument(
        fmt::format("number_pairs: {} numbers for train, {} for dev and {} for test are wanted, "
                    "there are {}",
                    o.train, o.held_out, o.held_out, o.below));
  }
}

class NumberSampler {
 public:
  NumberSampler(const NumberOptions& options, std::uint64_t seed)
      : options_(options), rng_(Rng(seed).split(0x6E756D62)) {}

  PairSplits sample() {
    PairSplits splits;
    while (splits.dev.size() < wanted(options_.held_out)) add_if_new(splits.dev, below(end()));
    while (splits.test.size() < wanted(options_.held_out)) add_if_new(splits.test, below(end()));
    const Index complete = std::min(all_short, end());
    for (Index n = 0; n < complete && splits.train.size() < wanted(options_.train); ++n) {
      add_if_new(splits.train, n);
    }
    // Where few numbers of a length are left, the evenly drawn ones make up for it.
    for (std::size_t n = splits.train.size(); splits.train.size() < wanted(options_.train); ++n) {
      add_if_new(splits.train, n % 2 == 0 ? below(end()) : of_any_length());
    }
    repeat_short(splits.train);
    return splits;
  }

 private:
  // Makes the pairs of each length as many as a twelfth of the numbers.
  void repeat_short(TextPairs& pairs) const {
    const bool to_words = options_.direction == Direction::to_words;
    std::map<std::size_t, std::vector<std::size_t>> lengths;  // the pairs of each number of digits
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      lengths[(to_words ? pairs.sources : pairs.targets)[i].size()].push_back(i);
    }
    for (const auto& [digits, numbers] : lengths) {
      for (std::size_t n = numbers.size(); n < wanted(options_.train) / 12; ++n) {
        const std::size_t i = numbers[n % numbers.size()];
        pairs.add(std::string(pairs.sources[i]), std::string(pairs.targets[i]));
      }
    }
  }

  static std::size_t wanted(Index n) { return static_cast<std::size_t>(n); }
  Index end() const { return options_.below; }
  Index below(Index n) { return static_cast<Index>(rng_.below(static_cast<std::uint64_t>(n))); }

  // As many with four digits as with five or more.
  Index of_any_length() {
    Index lengths = 1;
    for (Index first = 10 * all_short; first < end(); first *= 10) ++lengths;
    Index first = all_short;
    for (Index i = below(lengths); i > 0; --i) first *= 10;
    if (first >= end()) return below(end());
    return first + below(std::min(10 * first, end()) - first);
  }

  void add_if_new(TextPairs& pairs, Index number) {
    if (!used_.insert(number).second) return;
    std::string digits = std::to_string(number);
    std::string words = number_words(number);
    if (options_.direction == Direction::to_words) {
      pairs.add(std::move(digits), std::move(words));
    } else {
      pairs.add(std::move(words), std::move(digits));
    }
  }

  NumberOptions options_;
  Rng rng_;
  std::unordered_set<Index> used_;
};

// Takes the pairs of `share` of the different sources of `from` away.
TextPairs take_share(TextPairs& from, double share, Rng rng) {
  std::vector<std::string> sources = from.sources;
  std::sort(sources.begin(), sources.end());
  sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
  shuffle(sources, rng);
  const double wanted = std::max(1.0, std::round(share * static_cast<double>(sources.size())));
  sources.resize(std::min(sources.size(), static_cast<std::size_t>(wanted)));
  const std::unordered_set<std::string> taken(sources.begin(), sources.end());
  TextPairs rest;
  TextPairs share_of_it;
  for (std::size_t i = 0; i < from.size(); ++i) {
    TextPairs& to = taken.contains(from.sources[i]) ? share_of_it : rest;
    to.add(std::move(from.sources[i]), std::move(from.targets[i]));
  }
  from = std::move(rest);
  return share_of_it;
}

}  // namespace

std::string to_string(Direction direction) {
  return direction == Direction::to_words ? "to-words" : "to-number";
}

Direction direction_of(const std::string& name) {
  if (name == "to-words") return Direction::to_words;
  if (name == "to-number") return Direction::to_number;
  throw std::invalid_argument(
      fmt::format("direction: \"{}\" is not one of to-words, to-number", name));
}

PairSplits number_pairs(const NumberOptions& options, std::uint64_t seed) {
  check(options);
  return NumberSampler(options, seed).sample();
}

PairSplits load_pairs(const std::string& train, const std::string& dev, const std::string& test,
                      double held_out, std::uint64_t seed, const ReadProgress& progress) {
  if (!(held_out > 0 && held_out < 1)) {
    throw std::invalid_argument(
        fmt::format("load_pairs: held_out is {}, must be in (0, 1)", held_out));
  }
  PairSplits splits;
  splits.train = read_pairs(train, progress);
  const Rng rng(seed);
  // Read first, so that a file with errors is told at once.
  if (!dev.empty()) splits.dev = read_pairs(dev, progress);
  if (!test.empty()) splits.test = read_pairs(test, progress);
  if (dev.empty()) splits.dev = take_share(splits.train, held_out, rng.split(0));
  if (test.empty()) splits.test = take_share(splits.train, held_out, rng.split(1));
  if (splits.train.size() == 0) {
    throw FormatError(train, 0,
                      fmt::format("has too few different sources to hold a share of {} out of "
                                  "them; name files for dev and test",
                                  held_out));
  }
  return splits;
}

}  // namespace tapegrad
