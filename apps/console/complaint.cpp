#include "complaint.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <tapegrad/text/spelling.hpp>

namespace tapegrad::console {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string bare(const std::string& name) {
  return name.substr(std::min(name.find_first_not_of('-'), name.size()));
}

}  // namespace

std::optional<std::string> nearest(const std::string& word, const std::vector<std::string>& names) {
  const std::string wanted = bare(word);
  if (wanted.empty()) return std::nullopt;
  std::optional<std::string> best;
  std::size_t most = std::max<std::size_t>(1, wanted.size() / 3);
  for (const std::string& name : names) {
    const std::size_t distance = spelling_distance(wanted, bare(name), most);
    if (distance > most || (best && distance == most)) continue;
    best = name;
    most = distance;
  }
  if (best) return best;
  constexpr std::size_t telling = 3;  // letters
  for (const std::string& name : names) {
    const std::string other = bare(name);
    const bool part = (wanted.size() >= telling && has(other, wanted)) ||
                      (other.size() >= telling && has(wanted, other));
    if (part && (!best || other.size() < best->size())) best = name;
  }
  return best;
}

}  // namespace tapegrad::console
