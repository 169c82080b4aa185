// The embedding table whose rows are reduced bag by bag.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parameter.hpp>
#include <tapegrad/core/quantized_table.hpp>
#include <tapegrad/core/rng.hpp>

namespace tapegrad {

struct PretrainedBagOptions {
  BagMode mode = BagMode::mean;
  /// Keeps the table as it is; unfreeze(layer) sets it free later.
  bool freeze = true;
  /// The padding id; negative counts from the end.
  std::optional<Index> padding_idx = {};
  /// As in EmbeddingBagOptions; max_norm changes nothing while the table is frozen.
  std::optional<double> max_norm = {};
  double norm_type = 2.0;
  bool scale_grad_by_freq = false;
};

inline namespace TAPEGRAD_PRECISION {

/// The sum, mean or maximum of the rows of each bag, torch.nn.EmbeddingBag: -> [B, D]. Padding is
/// left out of the bag; its row is zero and frozen, as Embedding's.
struct EmbeddingBag {
  Parameter weight;  // [V, D]; not defined if the table is quantized
  std::shared_ptr<const QuantizedTable> quantized = nullptr;  // [V, D], for inference
  BagMode mode;
  std::optional<Index> padding_idx;
  std::optional<double> max_norm;
  double norm_type;
  bool scale_grad_by_freq;

  /// Values, padding and errors as Embedding's; std::invalid_argument too for BagMode::max with
  /// scale_grad_by_freq.
  EmbeddingBag(std::size_t rows, std::size_t width, Rng& rng,
               const EmbeddingBagOptions& options = {});
  /// Shares this table [V, D], as Embedding does.
  explicit EmbeddingBag(Parameter table, const EmbeddingBagOptions& options = {});
  /// A table of its own with these values [V, D], as Embedding::from_pretrained.
  static EmbeddingBag from_pretrained(Array weights, const PretrainedBagOptions& options = {});
  /// Takes rows of this table from now on, as Embedding::use_quantized.
  void use_quantized(QuantizedTable table);

  /// `weights`, of the shape of the ids, scale the rows of a sum.
  Tensor operator()(const Bags& bags, const Tensor& weights = {}) const;

  static void visit(auto& self, auto&& v) { v("weight", self.weight); }
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
