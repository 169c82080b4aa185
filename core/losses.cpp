#include <tapegrad/core/losses.hpp>

#include <fmt/core.h>

#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

WeightedLabels::WeightedLabels(const char* operation, const char* name, const Shape& input,
                               const IndexArray& labels, const std::vector<double>& class_weights,
                               Index ignore)
    : labels_(labels), shape_(labels.shape().begin(), labels.shape().end()), ignore_(ignore) {
  check_shape(!input.empty(), operation, name, input, "[..., C]");
  const Shape items(input.begin(), input.end() - 1);
  check_shape(shape_ == items, operation, "labels", shape_,
              fmt::format("{} ({} is {})", to_string(items), name, to_string(input)));
  weights_ = weights_of(operation, "class_weights", class_weights, input.back());
  for (std::size_t n = 0; n < size(); ++n) {
    if (ignored(n) || (labels_.data()[n] >= 0 && label(n) < classes())) continue;
    throw IndexError(fmt::format(
        "{}: label {} at position {}{} is out of range [0, {})", operation, labels_.data()[n], n,
        shape_.size() > 1 ? fmt::format(" ({})", multi_index(n, shape_)) : "", classes()));
  }
}

double WeightedLabels::total_weight() const {
  double total = 0;
  for (std::size_t n = 0; n < size(); ++n) total += ignored(n) ? 0 : weight(n);
  return total;
}

std::vector<double> weights_of(const char* operation, const char* name,
                               const std::vector<double>& weights, std::size_t classes) {
  if (weights.empty()) return std::vector<double>(classes, 1.0);
  if (weights.size() != classes) {
    throw ShapeError(fmt::format("{}: {} has {} weights, {} is wanted, one for each class, or none",
                                 operation, name, weights.size(), classes));
  }
  return weights;
}

double reduction_factor(const char* operation, Reduction reduction, double total) {
  if (reduction != Reduction::mean) return 1;
  if (total != 0) return 1 / total;
  warn_once(operation,
            fmt::format("{}: nothing to average, there are no items, or all are ignored or have "
                        "weight 0; the loss is 0 (this is said once)",
                        operation));
  return 0;
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
