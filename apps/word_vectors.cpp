#include "word_vectors.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>
#include <tapegrad/text/spelling.hpp>
#include <tapegrad/training/model_vectors.hpp>

namespace tapegrad {
namespace {

// Leaves out the words that are not wanted.
WordVectors filtered(const WordVectors& all, const WordFilter& wanted) {
  std::vector<std::size_t> rows;
  WordVectors some;
  for (std::size_t i = 0; i < all.words.size(); ++i) {
    if (!wanted(all.words[i])) continue;
    rows.push_back(i);
    some.words.push_back(all.words[i]);
  }
  const std::size_t width = all.values.shape()[1];
  some.values = Array(Shape{rows.size(), width});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy_n(all.values.data() + rows[i] * width, width, some.values.data() + i * width);
  }
  some.lines = all.lines;
  return some;
}

}  // namespace

WordVectors load_word_vectors(const std::string& path, const VectorOptions& options,
                              const WordFilter& wanted) {
  const WordFilter filter = wanted ? wanted : [](std::string_view) { return true; };
  if (!std::filesystem::is_directory(path)) return load_vectors(path, filter, options);
  WordVectors all = word_vectors(load_model(path));
  return wanted ? filtered(all, wanted) : all;
}

std::optional<Index> WordLookup::find(std::string_view word) const {
  const auto row = space_.find(word);
  return row || exact_case_ ? row : space_.find(lower_case(word));
}

Index WordLookup::row(std::string_view word) const {
  if (const auto row = find(word)) return *row;
  throw std::runtime_error(unknown(word, suggestions(word)));
}

std::vector<std::string> WordLookup::suggestions(std::string_view word) const {
  return similarly_spelled(word, space_.words());
}

std::string unknown_word(std::string_view word, const std::string& source,
                         const std::vector<std::string>& suggestions) {
  std::string text = fmt::format("\"{}\" has no vector in {}", word, source);
  if (!suggestions.empty()) {
    text += fmt::format("; similarly spelled: {}", fmt::join(suggestions, ", "));
  }
  return text;
}

}  // namespace tapegrad
