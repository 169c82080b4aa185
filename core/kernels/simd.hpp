// The innermost loops, compiled once for each instruction set; the program takes the best that its
// processor has. All of them give the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <tapegrad/core/real.hpp>

namespace tapegrad {

inline namespace TAPEGRAD_PRECISION {

/// Sums of rows. Sum k is the row to + k * width; it adds the rows that are named at places
/// starts[k] .. starts[k + 1] - 1, in this order.
struct RowSums {
  const Real* from = nullptr;           ///< the row r begins at from + r * width
  std::size_t width = 0;                ///< numbers in a row
  const Index* rows = nullptr;          ///< which row each place names
  const std::size_t* starts = nullptr;  ///< one more than there are sums
  const Real* factors = nullptr;        ///< by which the row of each place is multiplied, if given
  Index skip = -1;                      ///< places that name this row are left out
  bool mean = false;  ///< divide each sum by the number of its rows, if it has some
  Real* to = nullptr;
};

/// The rows of a quantized table, as QuantizedTable lays them out: row r begins at
/// from + r * row_bytes.
struct QuantizedRows {
  const std::uint8_t* from = nullptr;
  std::size_t row_bytes = 0;
};

/// The numbers of one step of Adam or AdamW.
struct AdamScalars {
  Real beta1, rest1;  ///< rest = 1 - beta
  Real beta2, rest2;
  Real step_size;  ///< lr / (1 - beta1^t)
  Real root;       ///< 1 / sqrt(1 - beta2^t)
  Real eps;
  Real l2;     ///< of the parameter, added to the gradient
  Real decay;  ///< of the parameter, taken off it
};

/// The numbers of one step of SGD.
struct SgdScalars {
  Real lr;
  Real l2;
  Real momentum;
  Real share;  ///< of the gradient in the momentum: 1 - dampening
};

/// The numbers of one step of Adagrad.
struct AdagradScalars {
  Real lr, eps;
  Real l2;
};

/// The numbers of one step of RMSprop.
struct RmspropScalars {
  Real lr, eps;
  Real l2;
  Real alpha, rest;  ///< rest = 1 - alpha
  Real momentum;
};

/// The numbers that move a row over steps of Adam that gave it no gradient, see AdamDrift.
struct AdamDriftScalars {
  static constexpr std::size_t terms = 7;
  Real q, eps;
  Real sums[terms];
  Real scale;         ///< of the parameter
  Real beta1, beta2;  ///< to the power of the number of steps
};

/// A dropout of x into y. Element i is dropped if its 32 random bits are below `threshold`, and
/// multiplied with `scale` otherwise. They are half of the 64 bits that an Rng with this key gives
/// at i / 2: the low half for an even i.
struct Dropped {
  const Real* x;
  Real* y;
  std::uint64_t key;
  std::uint32_t threshold;
  Real scale;
};

/// Layer normalization of lines of `width` numbers, one after the other.
struct NormalizedLines {
  const Real* x;
  const Real* weight;  ///< [width], as is bias
  const Real* bias;
  std::size_t width;
  Real eps;
  Real* y;
  Real* means;   ///< of each line
  Real* scales;  ///< 1 / sqrt(variance + eps) of each line
};

/// Its gradient. That of weight and bias, [width], is added to what they hold.
struct NormalizedGradient {
  const Real* x;
  const Real* dy;
  const Real* weight;
  const Real* means;
  const Real* scales;
  std::size_t width;
  Real* dx;
  Real* dweight;
  Real* dbias;
};

/// Rows, one after the other, times a few vectors that stand side by side.
struct RowProducts {
  static constexpr std::size_t vectors = 64 / sizeof(Real);
  static constexpr std::size_t group = 8;  ///< rows
  const Real* rows;
  std::size_t width;
  const Real* transposed;  ///< [width, vectors]: the vectors are its columns
  const Real* least;       ///< [vectors]
  Real* products;          ///< of each row, [vectors]
  bool* reached;           ///< of each group: whether a product is at least what `least` says
  /// Numbers that will be wanted next: with group g these from ahead + g * ahead_step on are asked
  /// for.
  const Real* ahead = nullptr;
  std::size_t ahead_step = 0;
};

/// The loops for one instruction set. They run on the calling thread.
struct Simd {
  /// Sums begin .. end-1.
  void (*sum_rows)(const RowSums& sums, std::size_t begin, std::size_t end);
  /// The same of quantized rows, in place of those at sums.from. Without sums.starts, each sum is
  /// the row of one place.
  using SumQuantized = void(const RowSums& sums, const QuantizedRows& rows, std::size_t begin,
                            std::size_t end);
  SumQuantized* sum_float16_rows;
  SumQuantized* sum_int8_rows;
  SumQuantized* sum_int4_rows;

  /// The sum of a[i] b[i].
  Real (*dot)(const Real* a, const Real* b, std::size_t n);

  /// The products of the first n rows; the last group may be smaller.
  void (*multiply_rows)(const RowProducts& products, std::size_t n);

  /// Elements begin .. end-1.
  void (*dropout)(const Dropped& dropped, std::size_t begin, std::size_t end);

  // One line of n numbers; the result may not lie where the arguments do.
  void (*softmax)(const Real* x, Real* y, std::size_t n);
  void (*log_softmax)(const Real* x, Real* y, std::size_t n);
  /// The softmax of scale x over the numbers that are not masked, and 0 for those that are; if all
  /// are, 0 for all. `masked` may be null: none is.
  void (*masked_softmax)(const Real* x, const bool* masked, Real scale, Real* y, std::size_t n);
  /// dx = y (dy - sum of dy y), for y = softmax(x).
  void (*softmax_gradient)(const Real* y, const Real* dy, Real* dx, std::size_t n);
  /// dx = dy - exp(y) (sum of dy), for y = log_softmax(x).
  void (*log_softmax_gradient)(const Real* y, const Real* dy, Real* dx, std::size_t n);

  /// Lines begin .. end-1.
  void (*layer_norm)(const NormalizedLines& lines, std::size_t begin, std::size_t end);
  void (*layer_norm_gradient)(const NormalizedGradient& lines, std::size_t begin, std::size_t end);

  // Steps of optimizers for n elements: parameter, state, gradient.
  void (*adam)(Real* x, Real* m, Real* v, const Real* g, std::size_t n, const AdamScalars& c);
  void (*adam_drift)(Real* x, Real* m, Real* v, std::size_t n, const AdamDriftScalars& c);
  /// `most` is the largest v so far.
  void (*amsgrad)(Real* x, Real* m, Real* v, Real* most, const Real* g, std::size_t n,
                  const AdamScalars& c);
  void (*adagrad)(Real* x, Real* sum, const Real* g, std::size_t n, const AdagradScalars& c);
  /// v, a, b: the averages of squares and of gradients, the momentum. Only the centered ones read
  /// a, only those with momentum b.
  using Rmsprop = void(Real* x, Real* v, Real* a, Real* b, const Real* g, std::size_t n,
                       const RmspropScalars& c);
  Rmsprop* rmsprop;
  Rmsprop* rmsprop_momentum;
  Rmsprop* rmsprop_centered;
  Rmsprop* rmsprop_centered_momentum;
  void (*sgd)(Real* x, const Real* g, std::size_t n, const SgdScalars& c);
  void (*sgd_momentum)(Real* x, Real* b, const Real* g, std::size_t n, const SgdScalars& c);
  void (*sgd_nesterov)(Real* x, Real* b, const Real* g, std::size_t n, const SgdScalars& c);
};

/// The loops in use: those of the best instruction set of this processor, unless changed.
const Simd& simd();

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
