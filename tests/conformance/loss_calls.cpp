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

tg::Tensor cross_entropy(Case& c) {
  const tg::Tensor logits = c.tensor("logits");
  const tg::CrossEntropyOptions options = cross_entropy_options(c);
  return c.has_input("targets") ? tg::cross_entropy(logits, c.tensor("targets"), options)
                                : tg::cross_entropy(logits, c.ids("labels"), options);
}

tg::Tensor nll_loss(Case& c) {
  tg::NllOptions options;
  options.class_weights = c.list("class_weights");
  options.ignore_index = c.integer("ignore_index", static_cast<int>(options.ignore_index));
  options.reduction = reduction(c);
  return tg::nll_loss(c.tensor("log_p"), c.ids("labels"), options);
}

tg::Tensor bce_with_logits(Case& c) {
  const tg::BceOptions options{.pos_weight = c.list("pos_weight"), .reduction = reduction(c)};
  return tg::bce_with_logits(c.tensor("logits"), c.tensor("targets"), options,
                             c.optional_tensor("weight"));
}

tg::Tensor mse_loss(Case& c) {
  return tg::mse_loss(c.tensor("x"), c.tensor("target"), reduction(c));
}

}  // namespace

Calls loss_calls() {
  return {
      {"cross_entropy", differentiable(cross_entropy)},
      {"nll_loss", differentiable(nll_loss)},
      {"bce_with_logits", differentiable(bce_with_logits)},
      {"mse_loss", differentiable(mse_loss)},
  };
}

}  // namespace conformance
