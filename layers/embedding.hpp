// The embedding table as a layer.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <tapegrad/core/ops.hpp>
#include <tapegrad/core/parameter.hpp>
#include <tapegrad/core/quantized_table.hpp>
#include <tapegrad/core/rng.hpp>

namespace tapegrad {

struct PretrainedOptions {
  /// Keeps the table as it is; unfreeze(layer) sets it free later.
  bool freeze = true;
  /// The padding id; negative counts from the end.
  std::optional<Index> padding_idx = {};
  /// As in EmbeddingOptions; max_norm changes nothing while the table is frozen.
  std::optional<double> max_norm = {};
  double norm_type = 2.0;
  bool scale_grad_by_freq = false;
};

inline namespace TAPEGRAD_PRECISION {

/// Looks up rows of a table, torch.nn.Embedding: ids [...] -> [..., D]. Gradients are rows. The
/// padding row is zero and one of the table's frozen rows, so that no gradient, optimizer, decay or
/// initializer changes it.
struct Embedding {
  Parameter weight;  // [V, D]; not defined if the table is quantized
  std::shared_ptr<const QuantizedTable> quantized = nullptr;  // [V, D], for inference
  std::optional<Index> padding_idx;
  std::optional<double> max_norm;
  double norm_type;
  bool scale_grad_by_freq;

  /// Values are drawn from N(0, 1), the padding row is zero. A negative padding_idx counts from the
  /// end. Throws IndexError when it is out of range, std::invalid_argument when max_norm or
  /// norm_type is not above 0, std::runtime_error when the table does not fit into memory.
  Embedding(std::size_t rows, std::size_t width, Rng& rng, const EmbeddingOptions& options = {});
  /// Shares this table [V, D]; the padding row keeps its value and becomes a frozen one. Throws
  /// ShapeError when the table is not 2-D.
  explicit Embedding(Parameter table, const EmbeddingOptions& options = {});
  /// A table of its own with these values [V, D]. A padding row that is not zero is set to zero,
  /// with a warning. Throws ShapeError when the weights are not 2-D.
  static Embedding from_pretrained(Array weights, const PretrainedOptions& options = {});
  /// Looks up in this table from now on. It has no gradient, and there is no parameter any more.
  void use_quantized(QuantizedTable table);

  /// ids are in 0 .. V-1 and never count from the end; any shape -> [..., D].
  Tensor operator()(const IndexArray& ids) const;
  template <NoIds E>
  Tensor operator()(const xt::xexpression<E>& ids) const = delete;

  static void visit(auto& self, auto&& v) { v("weight", self.weight); }
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
