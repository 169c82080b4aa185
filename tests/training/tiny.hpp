// Problems so small that a test can hold them: texts of made-up word ids, and classifiers for them.
#pragma once

#include <algorithm>
#include <same.hpp>
#include <string>
#include <tapegrad/core/visit.hpp>
#include <tapegrad/training/fit.hpp>
#include <tapegrad/training/splits.hpp>
#include <utility>
#include <vector>

namespace tiny {

using tapegrad::Array;
using tapegrad::Index;

constexpr std::size_t words = 20;      // ids 0 .. 19
constexpr Index first_unseen = 18;     // 18 and 19 do not occur in `problem`
constexpr Index words_of_a_label = 8;  // label 0 likes 2 .. 9, label 1 likes 10 .. 17

inline tapegrad::EncodedTexts texts(const std::vector<std::vector<Index>>& all) {
  tapegrad::EncodedTexts encoded;
  for (const auto& text : all) {
    for (const Index id : text) encoded.ids.push_back(static_cast<std::int32_t>(id));
    encoded.offsets.push_back(static_cast<Index>(encoded.ids.size()));
  }
  return encoded;
}

/// n texts of 1 to 5 words, labels 0 and 1 in turn. Three words of four are ones the label likes.
inline tapegrad::LabelledTexts problem(Index n, std::uint64_t seed) {
  tapegrad::Rng rng(seed);
  const auto below = [&rng](Index end) {
    return static_cast<Index>(rng.below(static_cast<std::uint64_t>(end)));
  };
  std::vector<std::vector<Index>> all;
  std::vector<Index> labels;
  for (Index i = 0; i < n; ++i) {
    const Index label = i % 2;
    std::vector<Index> text(static_cast<std::size_t>(1 + below(5)));
    for (Index& id : text) {
      const Index liked = below(4) > 0 ? label : 1 - label;
      id = 2 + liked * words_of_a_label + below(words_of_a_label);
    }
    all.push_back(std::move(text));
    labels.push_back(label);
  }
  return {texts(all), std::move(labels)};
}

/// A table of numbers in [-1, 1) whose row 0 is zero.
inline Array table(std::size_t rows, std::size_t width, std::uint64_t seed = 1) {
  tapegrad::Rng rng(seed);
  Array values = tapegrad::zeros({rows, width});
  for (std::size_t i = width; i < values.size(); ++i) {
    values.data()[i] = static_cast<tapegrad::Real>(rng.uniform(-1.0, 1.0));
  }
  return values;
}

/// Every kind of classifier there is.
constexpr tapegrad::ModelKind kinds[] = {tapegrad::ModelKind::bag, tapegrad::ModelKind::mean,
                                         tapegrad::ModelKind::cnn};

inline tapegrad::TextClassifier classifier(tapegrad::ModelKind kind, std::size_t rows = words,
                                           std::size_t width = 4, double dropout = 0.0) {
  tapegrad::Rng rng(7);
  return tapegrad::make_classifier({.kind = kind,
                                    .classes = 2,
                                    .hidden = 5,
                                    .dropout = dropout,
                                    .filter_widths = {2, 4},
                                    .filters = 3},
                                   table(rows, width), rng);
}

/// The values of all parameters.
inline std::vector<Array> values(const tapegrad::TextClassifier& model) {
  std::vector<Array> all;
  for (const auto& [name, p] : tapegrad::parameters(model)) all.push_back(p.value());
  return all;
}

inline bool same_values(const std::vector<Array>& a, const std::vector<Array>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

/// The rows in which two tables differ.
inline std::vector<Index> changed_rows(const Array& a, const Array& b) {
  std::vector<Index> rows;
  const std::size_t width = a.shape()[1];
  for (std::size_t row = 0; row < a.shape()[0]; ++row) {
    const auto* from = a.data() + row * width;
    if (!std::equal(from, from + width, b.data() + row * width)) {
      rows.push_back(static_cast<Index>(row));
    }
  }
  return rows;
}

using Labelled = std::vector<std::pair<std::string, std::string>>;

/// A corpus of (label, text); the labels of `train` are the classes, in their order.
inline tapegrad::Corpus corpus(const Labelled& train, const Labelled& dev = {},
                               const Labelled& test = {},
                               const tapegrad::TokenizerRules& rules = {}) {
  tapegrad::Corpus all;
  all.rules = rules;
  const auto append = [&](const Labelled& part) {
    for (const auto& [label, text] : part) {
      const auto found = std::find(all.label_names.begin(), all.label_names.end(), label);
      all.labels.push_back(found - all.label_names.begin());
      if (found == all.label_names.end()) all.label_names.push_back(label);
      tapegrad::tokenize({text}, tapegrad::Tokenizer(rules), all.texts);
    }
  };
  append(train);
  all.classes = std::ssize(all.label_names);
  all.train_end = all.labels.size();
  append(dev);
  all.dev_end = all.labels.size();
  append(test);
  return all;
}

}  // namespace tiny
