#include "classify_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <tapegrad/core/format.hpp>
#include <tapegrad/training/json_string.hpp>

namespace tapegrad {
namespace {

// JSON has no infinite numbers.
std::string json_number(Real x) {
  return std::isfinite(x) ? fmt::format("{:.6g}", x) : "null";
}

void add_tokens(LineForm form, const std::vector<std::string>& entries,
                const std::vector<Real>& weights, std::size_t begin, std::size_t end,
                std::string& line) {
  const auto out = std::back_inserter(line);
  if (form != LineForm::json) {
    for (std::size_t i = begin; i < end; ++i) {
      fmt::format_to(out, "\t{}:{:.6g}", tsv_field(entries[i]), weights[i]);
    }
    return;
  }
  line += ", \"tokens\": [";
  for (std::size_t i = begin; i < end; ++i) {
    fmt::format_to(out, "{}{{\"token\": {}, \"weight\": {}}}", i == begin ? "" : ", ",
                   json_string(entries[i]), json_number(weights[i]));
  }
  line += "]";
}

}  // namespace

AnswerLines::AnswerLines(LineForm form, const std::vector<std::string>& labels, std::size_t top)
    : form_(form),
      top_(std::min(labels.size(), std::max<std::size_t>(1, top))),
      in_order_(form == LineForm::json && top == 0) {
  for (const auto& label : labels) {
    labels_.push_back(form == LineForm::json ? json_string(label) : tsv_field(label));
  }
}

std::vector<std::size_t> AnswerLines::chosen(const Real* probabilities) const {
  std::vector<std::size_t> classes(labels_.size());
  std::iota(classes.begin(), classes.end(), std::size_t{0});
  if (in_order_) return classes;
  const auto key = [&](std::size_t c) {  // an order for NaN too
    return std::isnan(probabilities[c]) ? Real(-1) : probabilities[c];
  };
  std::stable_sort(classes.begin(), classes.end(),
                   [&](std::size_t a, std::size_t b) { return key(a) > key(b); });
  classes.resize(top_);
  return classes;
}

void AnswerLines::add_fields(const Real* probabilities, std::string& line) const {
  const char* tab = "";
  for (const std::size_t c : chosen(probabilities)) {
    line += tab;
    line += labels_[c];
    if (form_ == LineForm::tsv) {
      fmt::format_to(std::back_inserter(line), "\t{:.6f}", probabilities[c]);
    }
    tab = "\t";
  }
}

void AnswerLines::add_json(Index label, const Real* probabilities, std::string& line) const {
  const auto out = std::back_inserter(line);
  fmt::format_to(out, "{{\"label\": {}, \"probabilities\": {{",
                 labels_[static_cast<std::size_t>(label)]);
  const char* comma = "";
  for (const std::size_t c : chosen(probabilities)) {
    fmt::format_to(out, "{}{}: {}", comma, labels_[c], json_number(probabilities[c]));
    comma = ", ";
  }
  line += "}";
}

std::string AnswerLines::operator()(const ServedTexts& texts, const Predictions& predictions,
                                    const std::vector<Real>* weights) const {
  std::string lines;
  const Real* probabilities = predictions.probabilities.data();
  for (std::size_t n = 0; n < predictions.labels.size(); ++n, probabilities += labels_.size()) {
    if (form_ == LineForm::json) {
      add_json(predictions.labels[n], probabilities, lines);
    } else {
      add_fields(probabilities, lines);
    }
    if (weights != nullptr) {
      const auto begin = static_cast<std::size_t>(texts.encoded.offsets[n]);
      const auto end = static_cast<std::size_t>(texts.encoded.offsets[n + 1]);
      add_tokens(form_, texts.entries, *weights, begin, end, lines);
    }
    lines += form_ == LineForm::json ? "}\n" : "\n";
  }
  return lines;
}

std::string vector_lines(const Array& vectors) {
  const std::size_t width = vectors.shape()[1];
  std::string lines;
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    const bool last = (i + 1) % width == 0;
    fmt::format_to(std::back_inserter(lines), "{}{}", vectors.data()[i], last ? '\n' : '\t');
  }
  return lines;
}

}  // namespace tapegrad
