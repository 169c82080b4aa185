// Losses.
#include "case.hpp"

namespace conformance {
namespace {

tg::Reduction reduction(Case& c) {
  const std::string name = c.text("reduction", "mean");
  if (name == "sum") return tg::Reduction::sum;
  return name == "none" ? tg::Reduction::none : tg::Reduction::mean;
}

tg::CrossEntropyOptions cross_entropy_options(Case& c) {
  tg::CrossEntropyOptions options;
  options.class_weights = c.list("class_weights");
  options.ignore_index = c.integer("ignore_index", static_cast<int>(options.ignore_index));
  options.label_smoothing = c.real("label_smoothing", options.label_smoothing);
  options.reduction = reduction(c);
  return options;
}

}  // namespace

Calls loss_calls() {
  return {
      {"cross_entropy", differentiable([](Case& c) {
         return tg::cross_entropy(c.tensor("logits"), c.ids("labels"), cross_entropy_options(c));
       })},
  };
}

}  // namespace conformance
