// From numbers or files to the pairs of texts that train, choose and test.
#pragma once

#include <cstdint>
#include <string>
#include <tapegrad/text/bytes.hpp>
#include <tapegrad/text/pairs.hpp>

namespace tapegrad {

struct PairSplits {
  TextPairs train, dev, test;
};

/// Whether digits become words, or words digits.
enum class Direction { to_words, to_number };
/// "to-words", "to-number". The other way throws std::invalid_argument for any other name.
std::string to_string(Direction direction);
Direction direction_of(const std::string& name);

struct NumberOptions {
  Direction direction = Direction::to_words;
  /// All numbers are below this one.
  Index below = 1'000'000;
  /// How many different numbers train.
  Index train = 40'000;
  /// How many are dev, and how many test.
  Index held_out = 1'000;
};

/// Different numbers and their words. Dev and test are drawn evenly from all numbers. Train gets
/// every number below 1,000 that is left; of the others half are drawn evenly, and half with as
/// many of each length, since nine numbers out of ten have the most digits. Short ones are repeated
/// until each length has a twelfth of options.train. No number is in two of them. Depends on
/// `options` and `seed` alone. Throws std::invalid_argument when there are not enough numbers, or
/// more are asked for than number_words knows.
PairSplits number_pairs(const NumberOptions& options, std::uint64_t seed);

/// Reads these files. Where `dev` or `test` is empty, a share of the training file's different
/// sources (at least one), chosen by `seed`, leaves train for it with all their pairs. Throws
/// FormatError when none are left to train on, std::invalid_argument when the share is outside
/// (0, 1); errors as in read_pairs.
PairSplits load_pairs(const std::string& train, const std::string& dev, const std::string& test,
                      double held_out, std::uint64_t seed, const ReadProgress& progress = {});

}  // namespace tapegrad
