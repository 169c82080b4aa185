// The lines that classify writes.
#pragma once

#include <cstddef>
#include <string>
#include <tapegrad/training/serving.hpp>
#include <vector>

namespace tapegrad {

enum class LineForm { tsv, json, plain };

/// Writes what a model says of texts, one line for each.
class AnswerLines {
 public:
  /// `top`: so many classes, the most probable first; 0: what is usual for the form.
  AnswerLines(LineForm form, const std::vector<std::string>& labels, std::size_t top);

  /// The lines of these texts, with the weights of their entries unless those are nullptr.
  std::string operator()(const ServedTexts& texts, const Predictions& predictions,
                         const std::vector<Real>* weights) const;

 private:
  void add_fields(const Real* probabilities, std::string& line) const;
  void add_json(Index label, const Real* probabilities, std::string& line) const;
  std::vector<std::size_t> chosen(const Real* probabilities) const;

  LineForm form_;
  std::vector<std::string> labels_;  // as they are written
  std::size_t top_;
  bool in_order_;  // all classes, in the model's order
};

/// Vectors [N, D] as lines of numbers with tabs between, which read back as the same floats.
std::string vector_lines(const Array& vectors);

}  // namespace tapegrad
