#include <tapegrad/training/class_weights.hpp>

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>
#include <stdexcept>

namespace tapegrad {
namespace {

std::vector<double> balanced(const Corpus& corpus) {
  const auto classes = static_cast<std::size_t>(corpus.classes);
  std::vector<double> counts(classes);
  for (std::size_t i = 0; i < corpus.train_end; ++i) {
    ++counts[static_cast<std::size_t>(corpus.labels[i])];
  }
  for (double& count : counts) {
    count = static_cast<double>(corpus.train_end) / (static_cast<double>(classes) * count);
  }
  return counts;
}

double parse_weight(const std::string& part, const std::string& number) {
  double weight = 0;
  const char* end = number.data() + number.size();
  const auto [rest, error] = std::from_chars(number.data(), end, weight);
  if (error != std::errc() || rest != end || !(weight > 0) || !std::isfinite(weight)) {
    throw std::invalid_argument("class-weights: \"" + part + "\" has no number above 0 after =");
  }
  return weight;
}

}  // namespace

std::vector<double> parse_class_weights(const std::string& text, const Corpus& corpus) {
  if (text.empty()) return {};
  if (text == "balanced") return balanced(corpus);
  const auto begin = corpus.label_names.begin();
  const auto end = begin + corpus.classes;
  std::vector<double> weights(static_cast<std::size_t>(corpus.classes), 1.0);
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    const std::size_t equals = part.rfind('=');
    if (equals == std::string::npos) {
      throw std::invalid_argument("class-weights: \"" + part +
                                  "\" is not LABEL=WEIGHT (nor is the whole \"balanced\")");
    }
    const auto label = std::find(begin, end, part.substr(0, equals));
    if (label == end) {
      throw std::invalid_argument(fmt::format("class-weights: label \"{}\" is not one of {}",
                                              part.substr(0, equals), fmt::join(begin, end, ", ")));
    }
    weights[static_cast<std::size_t>(label - begin)] = parse_weight(part, part.substr(equals + 1));
  }
  return weights;
}

}  // namespace tapegrad
