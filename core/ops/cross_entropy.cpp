#include <fmt/core.h>

#include <cmath>
#include <numeric>
#include <stdexcept>
#include <tapegrad/core/kernels/softmax.hpp>
#include <tapegrad/core/losses.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>
#include <tapegrad/core/shapes.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

void check_smoothing(double smoothing) {
  if (!(smoothing >= 0 && smoothing <= 1)) {
    throw std::invalid_argument(
        fmt::format("cross_entropy: label_smoothing is {}, must be in [0, 1]", smoothing));
  }
}

Array log_softmax_of(const Tensor& logits) {
  return log_softmax(logits.value(), around(logits.shape(), logits.dim() - 1));
}

// The loss of an item is -(sum over c of target(c) log p(c)), with
// target(c) = (1 - smoothing) weight(label) [c = label] + smoothing / C weight(c).
class LabelLoss {
 public:
  LabelLoss(WeightedLabels labels, double smoothing)
      : labels_(std::move(labels)),
        smoothing_(smoothing),
        all_weights_(
            std::accumulate(labels_.class_weights().begin(), labels_.class_weights().end(), 0.0)) {}

  const WeightedLabels& labels() const { return labels_; }

  double loss(std::size_t n, const Real* log_p) const {
    if (labels_.ignored(n)) return 0;
    double loss = -(1 - smoothing_) * labels_.weight(n) * log_p[labels_.label(n)];
    for (std::size_t c = 0; smoothing_ > 0 && c < labels_.classes(); ++c) {
      loss -= spread() * labels_.class_weights()[c] * log_p[c];
    }
    return loss;
  }

  void gradient(std::size_t n, const Real* log_p, double dy, Real* dx) const {
    const double target = (1 - smoothing_) * labels_.weight(n);
    const double total = target + spread() * all_weights_;
    const std::size_t label = labels_.label(n);
    for (std::size_t c = 0; c < labels_.classes(); ++c) {
      const double p = std::exp(static_cast<double>(log_p[c]));
      const double wanted = spread() * labels_.class_weights()[c] + (c == label ? target : 0.0);
      dx[c] = static_cast<Real>(dy * (p * total - wanted));
    }
  }

 private:
  double spread() const { return smoothing_ / static_cast<double>(labels_.classes()); }

  WeightedLabels labels_;
  double smoothing_;
  double all_weights_;
};

Array gradient(const Array& log_p, const LabelLoss& loss, double factor,
               const LossUpstream& upstream) {
  const std::size_t classes = loss.labels().classes();
  Array dx = zeros(log_p.shape());
  if (factor == 0) return dx;
  parallel_ranges(loss.labels().size(), 8 * classes, [&](std::size_t begin, std::size_t end) {
    for (std::size_t n = begin; n < end; ++n) {
      if (loss.labels().ignored(n)) continue;
      loss.gradient(n, log_p.data() + n * classes, upstream(n), dx.data() + n * classes);
    }
  });
  return dx;
}

// The same for probabilities t(c): target(c) = weight(c) ((1 - smoothing) t(c) + smoothing / C).
struct ProbabilityLoss {
  std::vector<double> weights;
  double smoothing;

  double target(const Real* t, std::size_t c) const {
    const double spread = smoothing / static_cast<double>(weights.size());
    return weights[c] * ((1 - smoothing) * static_cast<double>(t[c]) + spread);
  }
  double loss(const Real* log_p, const Real* t) const {
    double sum = 0;
    for (std::size_t c = 0; c < weights.size(); ++c) {
      const double wanted = target(t, c);
      if (wanted != 0) sum -= wanted * log_p[c];  // so a class of logit -inf may have target 0
    }
    return sum;
  }
  void gradient(const Real* log_p, const Real* t, double dy, Real* dx) const {
    double total = 0;
    for (std::size_t c = 0; c < weights.size(); ++c) total += target(t, c);
    for (std::size_t c = 0; c < weights.size(); ++c) {
      const double p = std::exp(static_cast<double>(log_p[c]));
      dx[c] = static_cast<Real>(dy * (p * total - target(t, c)));
    }
  }
  void target_gradient(const Real* log_p, double dy, Real* dt) const {
    for (std::size_t c = 0; c < weights.size(); ++c) {
      dt[c] = static_cast<Real>(-dy * (1 - smoothing) * weights[c] * log_p[c]);
    }
  }
};

// y(n) = f(n, the classes of item n in y) for all items.
template <class F>
Array for_each_item(const Shape& shape, const F& f) {
  const std::size_t classes = shape.back();
  Array y(shape);
  const std::size_t items = classes == 0 ? 0 : y.size() / classes;
  parallel_ranges(items, 8 * classes, [&](std::size_t begin, std::size_t end) {
    for (std::size_t n = begin; n < end; ++n) f(n, y.data() + n * classes);
  });
  return y;
}

}  // namespace

// [..., C], labels [...] -> [] or [...]
Tensor cross_entropy(const Tensor& logits, const IndexArray& labels,
                     const CrossEntropyOptions& options) {
  const ProfileSpan span("cross_entropy");
  const LabelLoss loss(WeightedLabels("cross_entropy", "logits", logits.shape(), labels,
                                      options.class_weights, options.ignore_index),
                       options.label_smoothing);
  check_smoothing(options.label_smoothing);
  const std::size_t classes = loss.labels().classes();
  const Tensor log_p(log_softmax_of(logits));
  const Reduction reduction = options.reduction;
  const double factor = reduction_factor("cross_entropy", reduction, loss.labels().total_weight());
  Array y = reduce_losses(loss.labels().shape(), reduction, factor, classes, [&](std::size_t n) {
    return loss.loss(n, log_p.value().data() + n * classes);
  });
  return record("cross_entropy", {logits}, Tensor(std::move(y)), saved(log_p),
                [loss, reduction, factor](const Array& dy, const Saved& s, Sink& sink) {
                  if (!sink.wants(0)) return;
                  sink.add(0, gradient(s[0], loss, factor, {dy, reduction, factor}));
                });
}

// [..., C], targets [..., C] -> [] or [...]
Tensor cross_entropy(const Tensor& logits, const Tensor& targets,
                     const CrossEntropyOptions& options) {
  const ProfileSpan span("cross_entropy");
  check_shape(logits.dim() > 0, "cross_entropy", "logits", logits.shape(), "[..., C]");
  check_shape(targets.shape() == logits.shape(), "cross_entropy", "targets", targets.shape(),
              fmt::format("{} (as logits)", to_string(logits.shape())));
  check_smoothing(options.label_smoothing);
  if (options.ignore_index != CrossEntropyOptions().ignore_index) {
    throw std::invalid_argument(
        fmt::format("cross_entropy: ignore_index is {}, but targets are probabilities, which have "
                    "no index",
                    options.ignore_index));
  }
  const std::size_t classes = logits.shape().back();
  const ProbabilityLoss loss{
      weights_of("cross_entropy", "class_weights", options.class_weights, classes),
      options.label_smoothing};
  const Shape items(logits.shape().begin(), logits.shape().end() - 1);
  const Tensor log_p(log_softmax_of(logits));
  const Reduction reduction = options.reduction;
  const double factor =
      reduction_factor("cross_entropy", reduction, static_cast<double>(count(items)));
  Array y = reduce_losses(items, reduction, factor, classes, [&](std::size_t n) {
    return loss.loss(log_p.value().data() + n * classes, targets.value().data() + n * classes);
  });
  return record("cross_entropy", {logits, targets}, Tensor(std::move(y)), saved(log_p, targets),
                [loss, classes, reduction, factor](const Array& dy, const Saved& s, Sink& sink) {
                  const LossUpstream upstream(dy, reduction, factor);
                  const Real* p = s[0].data();
                  const Real* t = s[1].data();
                  if (sink.wants(0)) {
                    sink.add(0, for_each_item(s[0].shape(), [&](std::size_t n, Real* dx) {
                               loss.gradient(p + n * classes, t + n * classes, upstream(n), dx);
                             }));
                  }
                  if (sink.wants(1)) {
                    sink.add(1, for_each_item(s[0].shape(), [&](std::size_t n, Real* dt) {
                               loss.target_gradient(p + n * classes, upstream(n), dt);
                             }));
                  }
                });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto with = [](IndexArray labels, CrossEntropyOptions options = {}) {
  return [labels, options](const std::vector<Tensor>& x) {
    return cross_entropy(x[0], labels, options);
  };
};
const auto soft = [](CrossEntropyOptions options = {}) {
  return [options](const std::vector<Tensor>& x) { return cross_entropy(x[0], x[1], options); };
};
const auto reject = [](const Shape& logits, IndexArray labels, CrossEntropyOptions options = {}) {
  return [=] { cross_entropy(Tensor(zeros(logits)), labels, options); };
};
const auto reject_soft = [](const Shape& logits, const Shape& targets,
                            CrossEntropyOptions options = {}) {
  return [=] { cross_entropy(Tensor(zeros(logits)), Tensor(zeros(targets)), options); };
};
const std::vector<double> weights{1, 2, 0, 4};
const Array logits = distinct({3, 4});
const Array probabilities = positive({3, 4}, 1);
const IndexArray sequences{{2, 0, -100}, {3, 3, 1}};
const IndexArray one_label = 2;
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
     {"sequences", {distinct({2, 3, 4})}, with(sequences, {.class_weights = weights})},
     {"sequences, each item",
      {distinct({2, 3, 4})},
      with(sequences, {.reduction = Reduction::none})},
     {"one item", {distinct({4})}, with(one_label)},
     {"one class", {distinct({2, 1})}, with({0, 0})},
     {"no items", {distinct({0, 3})}, with(IndexArray::from_shape({0}))},
     {"probabilities", {logits, probabilities}, soft()},
     {"probabilities, everything",
      {logits, probabilities},
      soft({.class_weights = weights, .label_smoothing = 0.3})},
     {"probabilities, each item",
      {distinct({2, 3, 4}), positive({2, 3, 4}, 1)},
      soft({.label_smoothing = 0.3, .reduction = Reduction::none})},
     {"probabilities, sum of one item",
      {distinct({4}), positive({4}, 1)},
      soft({.reduction = Reduction::sum})},
     {"probabilities of no items", {distinct({0, 3}), distinct({0, 3})}, soft()}},
    {{"cross_entropy: label 4 at position 1 is out of range [0, 4)", reject({3, 4}, {0, 4, 1})},
     {"cross_entropy: label -1 at position 0 is out of range [0, 4)", reject({2, 4}, {-1, 0})},
     {"cross_entropy: label 3 at position 3 ([1, 0]) is out of range [0, 3)",
      reject({2, 3, 3}, sequences)},
     {"cross_entropy: logits has shape [], [..., C] is wanted", reject({}, {0})},
     {"cross_entropy: labels has shape [2], [3] (logits is [3, 4]) is wanted",
      reject({3, 4}, {0, 0})},
     {"cross_entropy: labels has shape [2, 3], [2, 4] (logits is [2, 4, 3]) is wanted",
      reject({2, 4, 3}, sequences)},
     {"cross_entropy: class_weights has 2 weights, 4 is wanted",
      reject({1, 4}, {0}, {.class_weights = {1, 2}})},
     {"cross_entropy: label_smoothing is 1.1, must be in [0, 1]",
      reject({1, 4}, {0}, {.label_smoothing = 1.1})},
     {"cross_entropy: label_smoothing is nan, must be in [0, 1]",
      reject({1, 4}, {0}, {.label_smoothing = NAN})},
     {"cross_entropy: label_smoothing is -0.1, must be in [0, 1]",
      reject_soft({1, 4}, {1, 4}, {.label_smoothing = -0.1})},
     {"cross_entropy: targets has shape [4, 3], [3, 4] (as logits) is wanted",
      reject_soft({3, 4}, {4, 3})},
     {"cross_entropy: logits has shape [], [..., C] is wanted", reject_soft({}, {})},
     {"cross_entropy: class_weights has 2 weights, 4 is wanted",
      reject_soft({1, 4}, {1, 4}, {.class_weights = {1, 2}})},
     {"cross_entropy: ignore_index is 0, but targets are probabilities",
      reject_soft({1, 4}, {1, 4}, {.ignore_index = 0})}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
