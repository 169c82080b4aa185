#include <fmt/core.h>

#include <cmath>
#include <tapegrad/core/losses.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

void check(const Tensor& logits, const Tensor& targets, const Tensor& weight) {
  check_shape(targets.shape() == logits.shape(), "bce_with_logits", "targets", targets.shape(),
              fmt::format("{} (as logits)", to_string(logits.shape())));
  if (!weight.defined() || weight.shape() == logits.shape()) return;
  const bool fits =
      weight.dim() <= logits.dim() &&
      broadcast_shape("bce_with_logits", logits.shape(), weight.shape()) == logits.shape();
  check_shape(fits, "bce_with_logits", "weight", weight.shape(),
              fmt::format("one that broadcasts to {} (as logits)", to_string(logits.shape())));
}

// log(1 + e^-z), without overflow.
double softplus_of_minus(double z) {
  return std::log1p(std::exp(-std::abs(z))) + std::max(-z, 0.0);
}

// The loss of a logit z with target t is (1 - t) z + (1 + (p - 1) t) log(1 + e^-z), with p =
// pos_weight of its class.
struct Loss {
  std::vector<double> pos_weight;

  double positive(std::size_t i) const { return pos_weight[i % pos_weight.size()]; }
  double value(std::size_t i, double z, double t) const {
    return (1 - t) * z + (1 + (positive(i) - 1) * t) * softplus_of_minus(z);
  }
  double by_logit(std::size_t i, double z, double t) const {
    const double e = std::exp(-std::abs(z));
    const double sigmoid_of_minus = (z < 0 ? 1 : e) / (1 + e);
    return (1 - t) - (1 + (positive(i) - 1) * t) * sigmoid_of_minus;
  }
  double by_target(std::size_t i, double z) const {
    return -z + (positive(i) - 1) * softplus_of_minus(z);
  }
};

// The weight of each element, in the shape of the logits; undefined: all 1.
Tensor weight_of_each(const Tensor& weight, const Array& logits) {
  if (!weight.defined()) return {};
  return Tensor(
      broadcast("bce_with_logits", logits, weight.value(), [](Real, Real w) { return w; }));
}

double at(const Real* weights, std::size_t i) {
  return weights == nullptr ? 1.0 : static_cast<double>(weights[i]);
}

// The gradients of logits, targets and weight; `w` has the weight of each element, or is nullptr.
void backward(const Loss& loss, const LossUpstream& upstream, const Array& logits,
              const Array& targets, const Real* w, Sink& sink) {
  const Real* z = logits.data();
  const Real* t = targets.data();
  const auto each_element = [&](auto f) {
    return generate(logits.shape(),
                    [&, f](std::size_t i) { return static_cast<Real>(upstream(i) * f(i)); });
  };
  if (sink.wants(0)) {
    sink.add(0,
             each_element([&](std::size_t i) { return at(w, i) * loss.by_logit(i, z[i], t[i]); }));
  }
  if (sink.wants(1)) {
    sink.add(1, each_element([&](std::size_t i) { return at(w, i) * loss.by_target(i, z[i]); }));
  }
  if (sink.wants(2)) {
    const Array dw = each_element([&](std::size_t i) { return loss.value(i, z[i], t[i]); });
    sink.add(2, sum_to(dw, sink.shape(2)));
  }
}

}  // namespace

// [...], [...] -> [] or [...]
Tensor bce_with_logits(const Tensor& logits, const Tensor& targets, const BceOptions& options,
                       const Tensor& weight) {
  const ProfileSpan span("bce_with_logits");
  check(logits, targets, weight);
  const std::size_t classes = logits.dim() == 0 ? 1 : logits.shape().back();
  const Loss loss{weights_of("bce_with_logits", "pos_weight", options.pos_weight, classes)};
  const Tensor weights = weight_of_each(weight, logits.value());
  const Reduction reduction = options.reduction;
  const double factor =
      reduction_factor("bce_with_logits", reduction, static_cast<double>(count(logits.shape())));
  const Real* z = logits.value().data();
  const Real* t = targets.value().data();
  const Real* w = weights.defined() ? weights.value().data() : nullptr;
  Array y = reduce_losses(logits.shape(), reduction, factor, 20,
                          [&](std::size_t i) { return at(w, i) * loss.value(i, z[i], t[i]); });
  return record(
      "bce_with_logits", {logits, targets, weight}, Tensor(std::move(y)),
      saved(logits, targets, weights),
      [loss, reduction, factor, weighted = weights.defined()](const Array& dy, const Saved& s,
                                                              Sink& sink) {
        backward(loss, {dy, reduction, factor}, s[0], s[1], weighted ? s[2].data() : nullptr, sink);
      });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto with = [](BceOptions options = {}) {
  return [options](const std::vector<Tensor>& x) {
    return bce_with_logits(x[0], x[1], options, x.size() > 2 ? x[2] : Tensor());
  };
};
const auto reject = [](const Shape& logits, const Shape& targets, BceOptions options = {},
                       const Tensor& weight = {}) {
  return [=] { bce_with_logits(Tensor(zeros(logits)), Tensor(zeros(targets)), options, weight); };
};
const Array logits = distinct({2, 3});
const Array targets = positive({2, 3}, 1);
const std::vector<double> three{3, 0.5, 0};
const bool samples = add_samples(
    "bce_with_logits",
    {{"mean", {logits, targets}, with()},
     {"sum", {logits, targets}, with({.reduction = Reduction::sum})},
     {"each element", {logits, targets}, with({.reduction = Reduction::none})},
     {"pos_weight", {logits, targets}, with({.pos_weight = three})},
     {"a weight each", {logits, targets, distinct({2, 3}, 2)}, with({.pos_weight = three})},
     {"a weight a row",
      {logits, targets, distinct({2, 1}, 2)},
      with({.pos_weight = three, .reduction = Reduction::none})},
     {"a weight a class", {logits, targets, distinct({3}, 2)}, with()},
     {"far out", {Array({-800.0, -20.0, 20.0, 800.0}), positive({4})}, with()},
     {"a number", {distinct({}), positive({})}, with()},
     {"nothing", {distinct({0, 3}), distinct({0, 3})}, with()}},
    {{"bce_with_logits: targets has shape [2, 1], [2, 3] (as logits) is wanted",
      reject({2, 3}, {2, 1})},
     {"bce_with_logits: pos_weight has 2 weights, 3 is wanted",
      reject({2, 3}, {2, 3}, {.pos_weight = {1, 2}})},
     {"bce_with_logits: shapes [2, 3] and [2] do not broadcast",
      reject({2, 3}, {2, 3}, {}, Tensor(zeros({2})))},
     {"bce_with_logits: weight has shape [2, 3], one that broadcasts to [1, 3] (as logits) is "
      "wanted",
      reject({1, 3}, {1, 3}, {}, Tensor(zeros({2, 3})))}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
