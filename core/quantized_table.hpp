// Tables in fewer bits, for inference: whole numbers of 8 or 4 bits with a scale and a zero point a
// row, or half-precision numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <tapegrad/core/array.hpp>
#include <tapegrad/core/ops.hpp>
#include <vector>

namespace tapegrad {

enum class QuantizedKind {
  float16,  ///< IEEE half precision
  int8,     ///< scale * q + zero, q in 0 .. 255
  int4,     ///< scale * q + zero, q in 0 .. 15
};
/// "float16", "int8" or "int4"; throws std::invalid_argument for another name.
QuantizedKind quantized_kind(const std::string& name);
std::string to_string(QuantizedKind kind);

/// What the numbers q of a row stand for: scale * q + zero.
struct RowScale {
  float scale = 0;
  float zero = 0;
};

/// A table [V, D] for inference: it is looked up as it stands, and never changes.
///
/// A row is its codes and, of whole numbers, its RowScale behind them, as PyTorch's
/// quantized::embedding_bag_byte_prepack lays them out: one cache line less to wait for than with
/// scales in a place of their own. Codes of 4 bits lie two in a byte, the first in the lower half;
/// of an odd D the last half byte is 0.
class QuantizedTable {
 public:
  /// A table of zeros. std::runtime_error if it does not fit into memory.
  QuantizedTable(QuantizedKind kind, std::size_t rows, std::size_t width);

  QuantizedKind kind() const { return kind_; }
  std::size_t rows() const { return rows_; }    ///< V
  std::size_t width() const { return width_; }  ///< D
  /// The bytes of a row's codes, and of the whole row.
  std::size_t code_bytes() const { return code_bytes_; }
  std::size_t row_bytes() const { return row_bytes_; }
  /// The bytes of all rows.
  std::size_t size() const { return bytes_.size(); }

  /// The codes of a row, whose number is not checked.
  const std::uint8_t* row(std::size_t row) const { return bytes_.data() + row * row_bytes_; }
  std::uint8_t* row(std::size_t row) { return bytes_.data() + row * row_bytes_; }
  /// A row's scale and zero point; of float16 there are none.
  RowScale scale(std::size_t row) const;
  void set_scale(std::size_t row, const RowScale& scale);

  /// Puts the rows of another table of the same kind and width behind its own.
  /// std::invalid_argument for one of another.
  void append(const QuantizedTable& more);

 private:
  QuantizedKind kind_;
  std::size_t rows_, width_, code_bytes_, row_bytes_;
  std::vector<std::uint8_t, AlignedAllocator<std::uint8_t>> bytes_;
};

/// The bytes of D codes.
std::size_t code_bytes(QuantizedKind kind, std::size_t width);

inline namespace TAPEGRAD_PRECISION {

/// The table [V, D] in fewer bits. The least number of a row is its zero point, and the greatest
/// gets the largest q, as in PyTorch's prepack operations; q is rounded to the nearest, of two
/// equally near ones to the even. No number so moves by more than half its row's scale, but for
/// float rounding, and a row of equal numbers (padding) stays as it is. float16 rounds each number
/// alike, to the nearest or even.
///
/// ShapeError if it is not [V, D]; std::invalid_argument, with the row, for NaN and infinities, for
/// what float16 cannot hold (beyond 65504), and for a row whose greatest and least number lie
/// further apart than float goes.
QuantizedTable quantize(const Array& table, QuantizedKind kind);

/// The numbers [V, D] that the codes stand for.
Array dequantize(const QuantizedTable& table);

/// The numbers of rows, in the bits of dequantize: ids [...] -> [..., D]. IndexError as embedding.
Tensor embedding(const QuantizedTable& table, const IndexArray& ids);

/// The sum or mean of the rows of each bag -> [B, D], in the bits that embedding_bag gives for the
/// dequantized table. Errors as there; std::invalid_argument too for BagMode::max, std::logic_error
/// if a gradient of the weights is wanted. What options say of training changes nothing.
Tensor embedding_bag(const QuantizedTable& table, const Bags& bags,
                     const EmbeddingBagOptions& options = {}, const Tensor& weights = {});

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
