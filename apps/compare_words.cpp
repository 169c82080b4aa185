#include "compare_words.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

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
  for (const std::string& word : options.words) {
    const bool there = in_before.find(word) >= 0, here = in_after.find(word) >= 0;
    if (there && here) {
      found.shown.push_back(static_cast<std::size_t>(chosen.add(word)));
      continue;
    }
    console::print_error("similar_words", fmt::format("\"{}\" has no vector in {}", word,
                                                      here ? options.compare : options.vectors));
    all = false;
  }
  found.words = chosen.words();
  return all;
}

// The words that changed at all, those that changed most first.
std::vector<std::size_t> most_changed(const std::vector<VectorChange>& changes, ChangeOrder by,
                                      std::size_t count) {
  const auto lost = [&](std::size_t i) {
    return static_cast<Index>(changes[i].before.size()) - changes[i].shared;
  };
  const auto moved = [&](std::size_t i) { return changes[i].distance.value_or(0); };
  std::vector<std::size_t> order(changes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (by == ChangeOrder::neighbours && lost(a) != lost(b)) return lost(a) > lost(b);
    return moved(a) > moved(b);
  });
  const auto unchanged = std::find_if(order.begin(), order.end(), [&](std::size_t i) {
    return by == ChangeOrder::neighbours ? lost(i) == 0 : moved(i) == 0;
  });
  order.erase(unchanged, order.end());
  order.resize(std::min(order.size(), count));
  return order;
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
  found.changes =
      compare_vectors(rows_of(before, found.words), rows_of(after, found.words), found.k);
  if (options.words.empty()) found.shown = most_changed(found.changes, options.by, options.show);
  if (options.output == WordForm::tsv && !options.quiet) {
    fmt::print(stderr, "{}", comparison_head(found));
  }
  console::write_out(comparison_text(options.output.value(), found));
  console::close_out();
  return all ? console::success : console::failure;
}

}  // namespace tapegrad
