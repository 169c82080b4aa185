#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/kernels/softmax.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parallel.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

void check(const Tensor& logits, const IndexArray& labels, const CrossEntropyOptions& options) {
  check_shape(logits.dim() == 2, "cross_entropy", "logits", logits.shape(), "[N, C]");
  check_shape(labels.shape() == Shape{logits.size(0)}, "cross_entropy", "labels", labels.shape(),
              fmt::format("[{}] (logits is {})", logits.size(0), to_string(logits.shape())));
  const std::size_t classes = logits.size(1);
  if (!options.class_weights.empty() && options.class_weights.size() != classes) {
    throw ShapeError(
        fmt::format("cross_entropy: class_weights has {} weights, {} is wanted, one "
                    "for each class, or none",
                    options.class_weights.size(), classes));
  }
  if (!(options.label_smoothing >= 0 && options.label_smoothing <= 1)) {
    throw std::invalid_argument(fmt::format(
        "cross_entropy: label_smoothing is {}, must be in [0, 1]", options.label_smoothing));
  }
  for (std::size_t n = 0; n < labels.size(); ++n) {
    const Index label = labels.data()[n];
    if (label == options.ignore_index) continue;
    if (label < 0 || static_cast<std::size_t>(label) >= classes) {
      throw IndexError(fmt::format("cross_entropy: label {} at position {} is out of range [0, {})",
                                   label, n, classes));
    }
  }
}

// What forward and backward know of the targets: the loss of an item is
// -(sum over c of target(c) log p(c)), with
// target(c) = (1 - smoothing) weight(label) [c = label] + smoothing / C weight(c).
class Targets {
 public:
  Targets(const IndexArray& labels, std::size_t classes, const CrossEntropyOptions& options)
      : labels_(labels),
        ignore_(options.ignore_index),
        smoothing_(options.label_smoothing),
        weights_(options.class_weights) {
    if (weights_.empty()) weights_.assign(classes, 1.0);
    all_weights_ = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  }

  std::size_t size() const { return labels_.size(); }
  bool ignored(std::size_t n) const { return labels_.data()[n] == ignore_; }

  double loss(std::size_t n, const Real* log_p) const {
    if (ignored(n)) return 0;
    double loss = -(1 - smoothing_) * weight(n) * log_p[label(n)];
    for (std::size_t c = 0; smoothing_ > 0 && c < weights_.size(); ++c) {
      loss -= spread() * weights_[c] * log_p[c];
    }
    return loss;
  }

  void gradient(std::size_t n, const Real* log_p, double dy, Real* dx) const {
    const double target = (1 - smoothing_) * weight(n);
    const double total = target + spread() * all_weights_;
    for (std::size_t c = 0; c < weights_.size(); ++c) {
      const double p = std::exp(static_cast<double>(log_p[c]));
      const double wanted = spread() * weights_[c] + (c == label(n) ? target : 0.0);
      dx[c] = static_cast<Real>(dy * (p * total - wanted));
    }
  }

  // The sum of the weights of the items that are not ignored.
  double total_weight() const {
    double total = 0;
    for (std::size_t n = 0; n < labels_.size(); ++n) total += ignored(n) ? 0 : weight(n);
    return total;
  }

 private:
  std::size_t label(std::size_t n) const { return static_cast<std::size_t>(labels_.data()[n]); }
  double weight(std::size_t n) const { return weights_[label(n)]; }
  double spread() const { return smoothing_ / static_cast<double>(weights_.size()); }

  IndexArray labels_;
  Index ignore_;
  double smoothing_;
  std::vector<double> weights_;
  double all_weights_;
};

// What the losses are multiplied with before they are summed; 0 if there is nothing to average.
double share(const Targets& targets, Reduction reduction) {
  if (reduction != Reduction::mean) return 1;
  const double total = targets.total_weight();
  if (total != 0) return 1 / total;
  warn(fmt::format(
      "cross_entropy: nothing to average, all of the {} labels are ignored or have weight 0; "
      "the loss is 0",
      targets.size()));
  return 0;
}

Array forward(const Array& log_p, const Targets& targets, double factor, bool reduce) {
  const std::size_t classes = log_p.shape()[1];
  Array losses = zeros({targets.size()});
  double total = 0;
  for (std::size_t n = 0; n < targets.size() && factor != 0; ++n) {
    const double loss = targets.loss(n, log_p.data() + n * classes);
    losses.data()[n] = static_cast<Real>(loss);
    total += factor * loss;
  }
  return reduce ? full({}, static_cast<Real>(total)) : losses;
}

Array gradient(const Array& dy, const Array& log_p, const Targets& targets, double factor) {
  const std::size_t classes = log_p.shape()[1];
  Array dx = zeros(log_p.shape());
  parallel_ranges(targets.size(), 8 * classes, [&](std::size_t begin, std::size_t end) {
    for (std::size_t n = begin; n < end; ++n) {
      if (targets.ignored(n) || factor == 0) continue;
      const double upstream = factor * dy.data()[dy.dimension() == 0 ? 0 : n];
      targets.gradient(n, log_p.data() + n * classes, upstream, dx.data() + n * classes);
    }
  });
  return dx;
}

}  // namespace

// [N, C], labels [N] -> [] or [N]
Tensor cross_entropy(const Tensor& logits, const IndexArray& labels,
                     const CrossEntropyOptions& options) {
  const ProfileSpan span("cross_entropy");
  check(logits, labels, options);
  const Targets targets(labels, logits.size(1), options);
  const Tensor log_p(log_softmax(logits.value(), around(logits.shape(), 1)));
  const double factor = share(targets, options.reduction);
  Array loss = forward(log_p.value(), targets, factor, options.reduction != Reduction::none);
  return record("cross_entropy", {logits}, Tensor(std::move(loss)), saved(log_p),
                [targets, factor](const Array& dy, const Saved& s, Sink& sink) {
                  if (sink.wants(0)) sink.add(0, gradient(dy, s[0], targets, factor));
                });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto with = [](IndexArray labels, CrossEntropyOptions options = {}) {
  return [labels, options](const std::vector<Tensor>& x) {
    return cross_entropy(x[0], labels, options);
  };
};
const auto reject = [](const Shape& logits, IndexArray labels, CrossEntropyOptions options = {}) {
  return [=] { cross_entropy(Tensor(zeros(logits)), labels, options); };
};
const std::vector<double> weights{1, 2, 0, 4};
const Array logits = distinct({3, 4});
const bool samples = add_samples(
    "cross_entropy",
    {{"mean", {logits}, with({2, 0, 3})},
     {"sum", {logits}, with({2, 0, 3}, {.reduction = Reduction::sum})},
     {"each item", {logits}, with({2, 0, 3}, {.reduction = Reduction::none})},
     {"an ignored item", {logits}, with({2, -100, 3})},
     {"the first class ignored", {logits}, with({2, 0, 3}, {.ignore_index = 0})},
     {"all ignored", {logits}, with({-1, -1, -1}, {.ignore_index = -1})},
     {"weighted", {logits}, with({3, 0, 2}, {.class_weights = weights})},
     {"no weight at all", {logits}, with({2, 2, 2}, {.class_weights = weights})},
     {"smoothed", {logits}, with({3, 0, 2}, {.label_smoothing = 0.1})},
     {"smoothed whole", {logits}, with({3, 0, 2}, {.label_smoothing = 1})},
     {"everything",
      {logits},
      with({-100, 1, 3}, {.class_weights = weights, .label_smoothing = 0.3})},
     {"everything, each item",
      {logits},
      with({-100, 1, 3},
           {.class_weights = weights, .label_smoothing = 0.3, .reduction = Reduction::none})},
     {"one class", {distinct({2, 1})}, with({0, 0})},
     {"no items", {distinct({0, 3})}, with(IndexArray::from_shape({0}))}},
    {{"cross_entropy: label 4 at position 1 is out of range [0, 4)", reject({3, 4}, {0, 4, 1})},
     {"cross_entropy: label -1 at position 0 is out of range [0, 4)", reject({2, 4}, {-1, 0})},
     {"cross_entropy: logits has shape [2, 3, 4], [N, C] is wanted", reject({2, 3, 4}, {0, 0})},
     {"cross_entropy: labels has shape [2], [3] (logits is [3, 4]) is wanted",
      reject({3, 4}, {0, 0})},
     {"cross_entropy: class_weights has 2 weights, 4 is wanted",
      reject({1, 4}, {0}, {.class_weights = {1, 2}})},
     {"cross_entropy: label_smoothing is 1.1, must be in [0, 1]",
      reject({1, 4}, {0}, {.label_smoothing = 1.1})},
     {"cross_entropy: label_smoothing is nan, must be in [0, 1]",
      reject({1, 4}, {0}, {.label_smoothing = NAN})}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
