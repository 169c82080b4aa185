// What a program says when something is wrong.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace tapegrad::console {

struct Complaint {
  std::string text;
  std::string hint;  // what to do next; empty: nothing that the text does not say
};

/// The one of `names` that was probably meant by `word`: few letters differ, or one is a part of
/// the other.
std::optional<std::string> nearest(const std::string& word, const std::vector<std::string>& names);

}  // namespace tapegrad::console
