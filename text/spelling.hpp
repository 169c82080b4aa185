// Words that are spelled alike, for those who mistyped one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tapegrad {

/// Letters made lower-case, Unicode's too; bytes that are no UTF-8 stay as they are.
std::string lower_case(std::string_view text);

/// The least number of characters to insert, leave out, replace or exchange with the next one, no
/// place twice, that makes one text of the other (optimal string alignment); `most` + 1 if that is
/// more than `most`. Both are UTF-8.
std::size_t spelling_distance(std::string_view a, std::string_view b, std::size_t most);

/// At most `count` of the words, those spelled most like `word`: upper and lower case are alike,
/// and one character in three, but two at most, may be wrong. Of equally similar ones those that
/// come first in `words` (in files of word vectors, the more frequent ones).
std::vector<std::string> similarly_spelled(std::string_view word,
                                           const std::vector<std::string>& words,
                                           std::size_t count = 3);

}  // namespace tapegrad
