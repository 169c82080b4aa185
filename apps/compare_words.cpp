#include "compare_words.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <tapegrad/core/memory.hpp>
#include <tapegrad/text/spelling.hpp>

#include "console/console.hpp"
#include "word_vectors.hpp"

namespace tapegrad {
namespace {

WordIndex index_of(const std::vector<std::string>& words) {
  WordIndex index;
  for (const std::string& word : words) index.add(word);
  return index;
}

Array rows_of(const WordVectors& vectors, const std::vector<std::string>& words) {
  const WordIndex index = index_of(vectors.words);
  const std::size_t width = vectors.values.shape()[1];
  Array rows(Shape{words.size(), width});
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto row = static_cast<std::size_t>(index.find(words[i]));
    std::copy_n(vectors.values.data() + row * width, width, rows.data() + i * width);
  }
  return rows;
}

// A word as people write it, looked up in both vectors.
class WordOfBoth {
 public:
  WordOfBoth(const SimilarWordsOptions& options, const WordIndex& before, const WordIndex& after)
      : options_(options), before_(before), after_(after) {}

  /// The word as both have it.
  std::optional<std::string> find(const std::string& word) const {
    const std::string lower = options_.exact_case ? word : lower_case(word);
    for (const std::string& each : {word, lower}) {
      if (before_.find(each) >= 0 && after_.find(each) >= 0) return each;
    }
    return std::nullopt;
  }

  /// What is wrong with a word that is not found. `before` has no words but those of both.
  std::string unknown(const std::string& word) const {
    const bool lower = !options_.exact_case && after_.find(lower_case(word)) >= 0;
    const bool here = lower || after_.find(word) >= 0;
    return unknown_word(word, here ? options_.compare : options_.vectors,
                        similarly_spelled(word, before_.words()));
  }

 private:
  const SimilarWordsOptions& options_;
  const WordIndex& before_;
  const WordIndex& after_;
};

// Chooses the words to compare, and those to show if some were asked for; returns whether all of
// the latter are there.
bool choose_words(const SimilarWordsOptions& options, const WordVectors& before,
                  const WordVectors& after, Comparison& found) {
  const WordIndex in_before = index_of(before.words), in_after = index_of(after.words);
  const std::size_t most = options.common == 0 ? after.words.size() : options.common;
  WordIndex chosen;
  for (const std::string& word : after.words) {
    if (in_before.find(word) < 0) continue;
    ++found.common;
    if (static_cast<std::size_t>(chosen.size()) < most) chosen.add(word);
  }
  if (found.common == 0) {
    throw std::runtime_error(
        fmt::format("{} and {} have no word in common", options.compare, options.vectors));
  }
  bool all = true;
  const WordOfBoth lookup(options, in_before, in_after);
  for (const std::string& word : options.words) {
    if (const auto known = lookup.find(word)) {
      found.shown.push_back(
          {.place = static_cast<std::size_t>(chosen.add(*known)), .before = {}, .after = {}});
      continue;
    }
    console::print_error("similar_words", lookup.unknown(word));
    all = false;
  }
  found.words = chosen.words();
  return all;
}

// The words that changed at all, those that changed most first.
std::vector<ShownWord> most_changed(const std::vector<VectorChange>& changes, Index k,
                                    ChangeOrder by, std::size_t count) {
  const auto lost = [&](std::size_t i) { return k - changes[i].shared; };
  const auto moved = [&](std::size_t i) { return changes[i].distance.value_or(0); };
  std::vector<std::size_t> order(changes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (by == ChangeOrder::neighbours && lost(a) != lost(b)) return lost(a) > lost(b);
    return moved(a) > moved(b);
  });
  std::vector<ShownWord> shown;
  for (const std::size_t i : order) {
    const bool unchanged = by == ChangeOrder::neighbours ? lost(i) == 0 : moved(i) == 0;
    if (unchanged || shown.size() == count) break;
    shown.push_back({.place = i, .before = {}, .after = {}});
  }
  return shown;
}

// Throws std::runtime_error if the neighbours of so many words, before and after, need more memory
// than there is.
void check_lists(std::size_t words, Index k) {
  constexpr double gigabyte = 1e9;
  const double needed = 2 * static_cast<double>(sizeof(Neighbour)) * static_cast<double>(words) *
                        static_cast<double>(k) / gigabyte;
  const double available = static_cast<double>(available_memory()) / gigabyte;
  if (needed <= available) return;
  throw std::runtime_error(
      fmt::format("--show and --top: showing {} words with {} neighbours each needs {:.1f} GB, "
                  "{:.1f} GB are available",
                  words, k, needed, available));
}

// Finds the neighbours of the words that are shown.
void find_neighbours(const Array& before, const Array& after, Index k,
                     std::vector<ShownWord>& shown) {
  check_lists(shown.size(), k);
  std::vector<Index> rows;
  for (const ShownWord& each : shown) rows.push_back(static_cast<Index>(each.place));
  NeighbourLists first = NeighbourSearch(before).nearest_to_rows(rows, k);
  NeighbourLists second = NeighbourSearch(after).nearest_to_rows(rows, k);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    shown[i].before = std::move(first[i]);
    shown[i].after = std::move(second[i]);
  }
}

}  // namespace

int compare_words(const SimilarWordsOptions& options) {
  console::ReadingLine reading(options.quiet);
  VectorOptions how = vector_options(options);
  how.progress = reading.callback();
  const WordVectors after = load_word_vectors(options.vectors, how);
  const WordIndex known = index_of(after.words);
  const WordVectors before = load_word_vectors(
      options.compare, how, [&](std::string_view word) { return known.find(word) >= 0; });
  reading.clear();
  if (options.by == ChangeOrder::distance && before.width() != after.width()) {
    throw std::runtime_error(
        fmt::format("--by distance: the vectors of {} have {} numbers, those of {} have {}",
                    options.compare, before.width(), options.vectors, after.width()));
  }
  Comparison found;
  found.before = {options.compare, before.lines, before.width()};
  found.after = {options.vectors, after.lines, after.width()};
  const bool all = choose_words(options, before, after, found);
  found.k = std::min<Index>(options.top, static_cast<Index>(found.words.size()) - 1);
  const Array old_rows = rows_of(before, found.words), new_rows = rows_of(after, found.words);
  found.changes = compare_vectors(old_rows, new_rows, found.k);
  if (options.words.empty()) {
    found.shown = most_changed(found.changes, found.k, options.by, options.show);
  }
  find_neighbours(old_rows, new_rows, found.k, found.shown);
  if (options.output == WordForm::tsv && !options.quiet) {
    fmt::print(stderr, "{}", comparison_head(found));
  }
  console::write_out(comparison_text(options.output.value(), found));
  console::close_out();
  return all ? console::success : console::failure;
}

}  // namespace tapegrad
