// Whole numbers as English words.
#pragma once

#include <string>
#include <string_view>
#include <tapegrad/core/real.hpp>

namespace tapegrad {

/// The first number that number_words does not know.
constexpr Index number_words_end = 1'000'000;

/// 4096 -> "four thousand ninety six": short scale, without "and" and hyphens, 0 is "zero". Throws
/// std::invalid_argument for a number outside [0, number_words_end).
std::string number_words(Index number);

/// The number of such words. Throws std::invalid_argument for a text that number_words does not
/// give for any number, with the first word that cannot stand where it does.
Index number_of_words(std::string_view words);

}  // namespace tapegrad
