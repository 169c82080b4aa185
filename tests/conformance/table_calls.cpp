// Lookups in tables.
#include "case.hpp"

namespace conformance {
namespace {

// What both kinds of lookups have among their options.
template <class Options>
void read_common(Case& c, Options& options) {
  options.padding_idx = c.optional_index("padding_idx");
  if (c.has("max_norm")) options.max_norm = c.real("max_norm", 0);
  options.norm_type = c.real("norm_type", options.norm_type);
  options.scale_grad_by_freq = c.flag("scale_grad_by_freq", options.scale_grad_by_freq);
}

// With max_norm the table behind the lookup is a result too.
template <class Lookup>
Outcome run_lookup(Case& c, const Lookup& lookup) {
  if (!c.has("max_norm")) return c.differentiate(lookup);
  const auto call = [&] {
    const tg::Tensor y = lookup();
    return std::map<std::string, tg::Tensor>{
        {"y", y}, {"table after", tg::Tensor(c.tensor("table").value())}};
  };
  return c.differentiate(call, {"y", "table after"});
}

Outcome embedding(Case& c) {
  return run_lookup(c, [&]() -> tg::Tensor {
    const tg::Tensor table = c.tensor("table");
    tg::EmbeddingOptions options;
    read_common(c, options);
    return tg::embedding(table, c.ids("ids"), options);
  });
}

Outcome embedding_bag(Case& c) {
  return run_lookup(c, [&]() -> tg::Tensor {
    const tg::Tensor table = c.tensor("table");
    tg::EmbeddingBagOptions options;
    options.mode = bag_mode(c, options.mode);
    read_common(c, options);
    return tg::embedding_bag(table, bags(c), options, c.optional_tensor("weights"));
  });
}

Outcome evaluation_with_max_norm(Case& c) {
  const tg::Parameter table(c.array("table"));
  const tg::Tensor y = tg::embedding(table, c.ids("ids"), {.max_norm = 0.5});
  return {.results = {{"y", numbers(y.value())}, {"table", numbers(table.value())}}};
}

}  // namespace

tg::BagMode bag_mode(Case& c, tg::BagMode otherwise) {
  if (!c.has("mode")) return otherwise;
  const std::string name = c.text("mode", "");
  if (name == "sum") return tg::BagMode::sum;
  return name == "max" ? tg::BagMode::max : tg::BagMode::mean;
}

tg::Bags bags(Case& c) {
  return {.ids = c.ids("ids"),
          .offsets = c.optional_ids("offsets"),
          .include_last_offset = c.flag("include_last_offset", false)};
}

Calls table_calls() {
  return {
      {"embedding", embedding},
      {"embedding_bag", embedding_bag},
      {"evaluation_with_max_norm", evaluation_with_max_norm},
  };
}

}  // namespace conformance
