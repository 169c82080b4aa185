#include <tapegrad/text/spelling.hpp>

#include <utf8proc.h>

#include <algorithm>
#include <array>

namespace tapegrad {
namespace {

using Characters = std::vector<utf8proc_int32_t>;

// Takes a character off the front of `rest`; a byte that is none is taken as -1 - byte.
utf8proc_int32_t next_character(std::string_view& rest) {
  utf8proc_int32_t code = 0;
  const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(rest.data()),
                                       static_cast<utf8proc_ssize_t>(rest.size()), &code);
  if (length <= 0) code = -1 - static_cast<unsigned char>(rest[0]);
  rest.remove_prefix(length <= 0 ? 1 : static_cast<std::size_t>(length));
  return code;
}

Characters characters_of(std::string_view text) {
  Characters characters;
  while (!text.empty()) characters.push_back(next_character(text));
  return characters;
}

// The distance, by the rows of the usual table: three of them are kept.
std::size_t distance_of(const Characters& a, const Characters& b, std::size_t most) {
  const std::size_t n = a.size(), m = b.size();
  if (std::max(n, m) - std::min(n, m) > most) return most + 1;
  std::vector<std::size_t> before(m + 1), last(m + 1), row(m + 1);
  for (std::size_t j = 0; j <= m; ++j) row[j] = j;
  for (std::size_t i = 1; i <= n; ++i) {
    std::swap(before, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= m; ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      const bool exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (exchanged) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    if (*std::min_element(row.begin(), row.end()) > most + 1) return most + 1;
  }
  return std::min(row[m], most + 1);
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string lower;
  while (!text.empty()) {
    const std::string_view before = text;
    const utf8proc_int32_t code = next_character(text);
    if (code < 0) {
      lower += before[0];
      continue;
    }
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto length = utf8proc_encode_char(utf8proc_tolower(code), bytes.data());
    lower.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(length));
  }
  return lower;
}

std::size_t spelling_distance(std::string_view a, std::string_view b, std::size_t most) {
  return distance_of(characters_of(a), characters_of(b), most);
}

std::vector<std::string> similarly_spelled(std::string_view word,
                                           const std::vector<std::string>& words,
                                           std::size_t count) {
  const Characters wanted = characters_of(lower_case(word));
  const std::size_t most = std::min<std::size_t>(2, wanted.size() / 3);
  constexpr std::size_t longest_character = 4;  // bytes
  std::vector<std::vector<std::string>> by_distance(most + 1);
  for (const std::string& each : words) {
    if (each.size() > longest_character * (wanted.size() + most)) continue;
    const std::size_t distance = distance_of(wanted, characters_of(lower_case(each)), most);
    if (distance <= most) by_distance[distance].push_back(each);
  }
  std::vector<std::string> nearest;
  for (const auto& some : by_distance) {
    for (const std::string& each : some) {
      if (nearest.size() < count) nearest.push_back(each);
    }
  }
  return nearest;
}

}  // namespace tapegrad
