// Lookups in tables.
#include <optional>

#include "case.hpp"

namespace conformance {
namespace {

// The functions take ids as they are; PyTorch's count a negative padding_idx from the end.
std::optional<tg::Index> padding(Case& c, const tg::Tensor& table) {
  const auto given = c.optional_index("padding_idx");
  if (!given || *given >= 0) return given;
  return *given + static_cast<tg::Index>(table.size(0));
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
      {"embedding", differentiable([](Case& c) {
         const tg::Tensor table = c.tensor("table");
         return tg::embedding(table, c.ids("ids"), {.padding_idx = padding(c, table)});
       })},
      {"embedding_bag", differentiable([](Case& c) {
         const tg::Tensor table = c.tensor("table");
         tg::EmbeddingBagOptions options;
         options.mode = bag_mode(c, options.mode);
         options.padding_idx = padding(c, table);
         return tg::embedding_bag(table, bags(c), options, c.optional_tensor("weights"));
       })},
  };
}

}  // namespace conformance
