// How good predictions are, and how much repeated runs differ.
#pragma once

#include <tapegrad/core/array.hpp>
#include <vector>

namespace tapegrad {

/// What predicted labels are worth against the true ones.
struct Metrics {
  std::size_t items = 0;
  /// The share of items with the right label; NaN without items.
  double accuracy = 0;
  /// The mean over classes of F1 = 2 TP / (2 TP + FP + FN), over the classes that occur among the
  /// labels or the predictions (scikit-learn's f1_score with average="macro"); NaN without items.
  double macro_f1 = 0;
};

/// Compares predictions with labels, N of each; throws ShapeError when the counts differ.
Metrics measure(const std::vector<Index>& labels, const std::vector<Index>& predictions);

/// Mean and standard deviation (n - 1) of repeated measurements; the deviation of one is 0, the
/// mean of none is NaN.
struct Spread {
  double mean = 0;
  double sd = 0;
};
Spread spread(const std::vector<double>& values);

}  // namespace tapegrad
