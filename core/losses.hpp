// What the losses share: labels with the weights of their classes, and what becomes of the losses
// of single items.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <tapegrad/core/kernels/elementwise.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parallel.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// The labels [...] of items of `input` [..., C], and what each counts. Throws ShapeError when they
/// do not fit or class_weights has not C numbers, IndexError for a label that is neither in 0 ..
/// C-1 nor `ignore`.
class WeightedLabels {
 public:
  WeightedLabels(const char* operation, const char* name, const Shape& input,
                 const IndexArray& labels, const std::vector<double>& class_weights, Index ignore);

  const Shape& shape() const { return shape_; }
  std::size_t size() const { return labels_.size(); }
  std::size_t classes() const { return weights_.size(); }
  const std::vector<double>& class_weights() const { return weights_; }

  bool ignored(std::size_t n) const { return labels_.data()[n] == ignore_; }
  std::size_t label(std::size_t n) const { return static_cast<std::size_t>(labels_.data()[n]); }
  double weight(std::size_t n) const { return weights_[label(n)]; }
  /// The sum of the weights of the items that are not ignored.
  double total_weight() const;

 private:
  IndexArray labels_;
  Shape shape_;
  Index ignore_;
  std::vector<double> weights_;
};

/// The weights of the classes, all 1 if none are given; ShapeError unless there are so many.
std::vector<double> weights_of(const char* operation, const char* name,
                               const std::vector<double>& weights, std::size_t classes);

/// What losses are multiplied with before they are summed: 1, or for the mean 1 / total. When there
/// is nothing to average, total being 0, it is 0, and the warning sink hears of it once.
double reduction_factor(const char* operation, Reduction reduction, double total);

/// The losses of all items, or factor times their sum, added in an order that depends on the shape
/// alone. `loss(i)` is that of one item; `cost` is about how many numbers it reads.
template <class Loss>
Array reduce_losses(const Shape& shape, Reduction reduction, double factor, std::size_t cost,
                    const Loss& loss) {
  const std::size_t n = count(shape);
  if (reduction == Reduction::none) {
    Array losses(shape);
    parallel_ranges(n, cost, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) losses.data()[i] = static_cast<Real>(loss(i));
    });
    return losses;
  }
  if (factor == 0) return zeros({});
  constexpr std::size_t block = 4096;
  std::vector<double> sums((n + block - 1) / block);
  parallel_for(sums.size(), [&](std::size_t b) {
    for (std::size_t i = b * block; i < std::min(n, (b + 1) * block); ++i) {
      sums[b] += factor * loss(i);
    }
  });
  return full({}, static_cast<Real>(std::accumulate(sums.begin(), sums.end(), 0.0)));
}

/// What arrives at the loss of each item in backward.
class LossUpstream {
 public:
  LossUpstream(const Array& dy, Reduction reduction, double factor)
      : dy_(dy.data()), step_(reduction == Reduction::none ? 1 : 0), factor_(factor) {}
  double operator()(std::size_t i) const { return factor_ * static_cast<double>(dy_[i * step_]); }

 private:
  const Real* dy_;
  std::size_t step_;
  double factor_;
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
