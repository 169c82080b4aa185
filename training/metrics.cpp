#include <tapegrad/training/metrics.hpp>

#include <fmt/core.h>

#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <tapegrad/core/errors.hpp>

namespace tapegrad {
namespace {

struct ClassCount {
  std::size_t hits = 0;
  std::size_t labels = 0;
  std::size_t predictions = 0;
};

double f1(const ClassCount& count) {
  // 2 TP + FP + FN is the number of labels plus the number of predictions.
  return 2.0 * static_cast<double>(count.hits) /
         static_cast<double>(count.labels + count.predictions);
}

}  // namespace

Metrics measure(const std::vector<Index>& labels, const std::vector<Index>& predictions) {
  if (labels.size() != predictions.size()) {
    throw ShapeError(
        fmt::format("measure: {} labels, but {} predictions", labels.size(), predictions.size()));
  }
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  if (labels.empty()) return {0, nan, nan};
  std::map<Index, ClassCount> classes;
  std::size_t hits = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    ++classes[labels[i]].labels;
    ++classes[predictions[i]].predictions;
    if (labels[i] != predictions[i]) continue;
    ++classes[labels[i]].hits;
    ++hits;
  }
  double f1_sum = 0;
  for (const auto& [label, count] : classes) f1_sum += f1(count);
  return {labels.size(), static_cast<double>(hits) / static_cast<double>(labels.size()),
          f1_sum / static_cast<double>(classes.size())};
}

Spread spread(const std::vector<double>& values) {
  if (values.empty()) return {std::numeric_limits<double>::quiet_NaN(), 0};
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, values.size() > 1 ? std::sqrt(squares / (n - 1)) : 0.0};
}

}  // namespace tapegrad
