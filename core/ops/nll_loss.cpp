#include <tapegrad/core/losses.hpp>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/samples.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {

// [..., C], labels [...] -> [] or [...]
Tensor nll_loss(const Tensor& log_p, const IndexArray& labels, const NllOptions& options) {
  const ProfileSpan span("nll_loss");
  const WeightedLabels items("nll_loss", "log_p", log_p.shape(), labels, options.class_weights,
                             options.ignore_index);
  const Reduction reduction = options.reduction;
  const double factor = reduction_factor("nll_loss", reduction, items.total_weight());
  const Array& from = log_p.value();
  Array y = reduce_losses(items.shape(), reduction, factor, 1, [&](std::size_t n) {
    if (items.ignored(n)) return 0.0;
    return -items.weight(n) *
           static_cast<double>(from.data()[n * items.classes() + items.label(n)]);
  });
  return record("nll_loss", {log_p}, Tensor(std::move(y)), {},
                [items, reduction, factor](const Array& dy, const Saved&, Sink& sink) {
                  if (!sink.wants(0)) return;
                  const LossUpstream upstream(dy, reduction, factor);
                  Array dx = zeros(sink.shape(0));
                  for (std::size_t n = 0; n < items.size(); ++n) {
                    if (items.ignored(n)) continue;
                    dx.data()[n * items.classes() + items.label(n)] =
                        static_cast<Real>(-items.weight(n) * upstream(n));
                  }
                  sink.add(0, std::move(dx));
                });
}

#ifdef TAPEGRAD_DOUBLE
namespace {
const auto with = [](IndexArray labels, NllOptions options = {}) {
  return
      [labels, options](const std::vector<Tensor>& x) { return nll_loss(x[0], labels, options); };
};
const auto reject = [](const Shape& log_p, IndexArray labels, NllOptions options = {}) {
  return [=] { nll_loss(Tensor(zeros(log_p)), labels, options); };
};
const std::vector<double> weights{1, 2, 0, 4};
const Array log_p = distinct({3, 4});
const IndexArray sequences{{2, 0, -100}, {3, 3, 1}};
const IndexArray one_label = 2;
const bool samples = add_samples(
    "nll_loss",
    {{"mean", {log_p}, with({2, 0, 3})},
     {"sum", {log_p}, with({2, 0, 3}, {.reduction = Reduction::sum})},
     {"each item", {log_p}, with({2, -100, 3}, {.reduction = Reduction::none})},
     {"weighted, an ignored item",
      {log_p},
      with({3, 0, 1}, {.class_weights = weights, .ignore_index = 0})},
     {"no weight at all", {log_p}, with({2, 2, 2}, {.class_weights = weights})},
     {"sequences", {distinct({2, 3, 4})}, with(sequences, {.class_weights = weights})},
     {"one item", {distinct({4})}, with(one_label)},
     {"no items", {distinct({0, 3})}, with(IndexArray::from_shape({0}))}},
    {{"nll_loss: label 4 at position 1 is out of range [0, 4)", reject({3, 4}, {0, 4, 1})},
     {"nll_loss: log_p has shape [], [..., C] is wanted", reject({}, {0})},
     {"nll_loss: labels has shape [2], [3] (log_p is [3, 4]) is wanted", reject({3, 4}, {0, 0})},
     {"nll_loss: class_weights has 2 weights, 4 is wanted, one for each class, or none",
      reject({1, 4}, {0}, {.class_weights = {1, 2}})}});
}  // namespace
#endif

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
