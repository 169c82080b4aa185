// Gradients: nothing, a dense array, or the rows of a table that got one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <tapegrad/core/parameter.hpp>
#include <unordered_map>
#include <variant>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// The gradient of some rows of a table [V, D]; all other rows have gradient zero. Rows are
/// strictly increasing, values is [rows, D] (or [rows, ...] for a table of more dimensions).
struct RowGrad {
  std::vector<Index> rows;
  Array values;
};

/// What one parameter got: nothing, an array of its shape, or rows.
class Gradient {
 public:
  Gradient() = default;
  explicit Gradient(Array dense) : data_(std::move(dense)) {}
  explicit Gradient(RowGrad rows) : data_(std::move(rows)) {}

  bool is_none() const { return std::holds_alternative<std::monostate>(data_); }
  bool is_dense() const { return std::holds_alternative<Array>(data_); }
  bool is_rows() const { return std::holds_alternative<RowGrad>(data_); }

  /// The array, the rows; std::bad_variant_access if it is the other kind.
  const Array& dense() const { return std::get<Array>(data_); }
  const RowGrad& rows() const { return std::get<RowGrad>(data_); }

  /// Its numbers, those of the array or of the rows, to be changed; nullptr if it is nothing.
  Array* values();
  const Array* values() const;

  /// What its values and row ids take in memory.
  std::size_t bytes() const;

  /// Moves the array out.
  Array take_dense() { return std::move(std::get<Array>(data_)); }

  /// The gradient as an array of the parameter's shape, whatever its kind.
  Array to_dense(const Shape& shape) const;

  /// Adds: nothing + x is x, dense + rows scatters, rows + rows merges.
  void add(Gradient other);
  /// Multiplies every value.
  void scale(Real factor);
  /// Leaves out these rows (strictly increasing): dense rows become zero, others disappear.
  void drop_rows(const std::vector<Index>& rows);

 private:
  std::variant<std::monostate, Array, RowGrad> data_;
};

/// Throws ShapeError when a gradient has not this shape (its rows: that width), IndexError when its
/// rows are out of range or not strictly increasing; the text begins with what `who` returns.
void check_gradient(const std::function<std::string()>& who, const Gradient& gradient,
                    const Shape& shape);

/// What Tape::backward returns: a gradient for each trainable parameter that took part. A frozen
/// parameter, or one that the loss does not depend on, is absent.
class Gradients {
 public:
  /// The parameter's gradient; nothing (is_none) if it is absent.
  const Gradient& operator[](const Parameter& p) const;
  bool contains(const Parameter& p) const { return by_id_.count(p.id()) > 0; }
  /// The parameter's gradient, to be changed; nullptr if it is absent.
  Gradient* find(const Parameter& p);
  /// The parameter's gradient as an array of its shape, zeros if it is absent.
  Array dense(const Parameter& p) const { return (*this)[p].to_dense(p.shape()); }
  std::size_t size() const { return by_id_.size(); }

  /// Multiplies every gradient; with add, what micro-batches need.
  void scale(Real factor);
  /// Adds the other's gradients to these.
  void add(const Gradients& other);
  /// Adds one gradient. Errors as in check_gradient.
  void add(const Parameter& p, Gradient gradient);

 private:
  friend class Sink;
  void add_to_leaf(const Leaf& leaf, Gradient gradient);

  std::unordered_map<std::uint64_t, Gradient> by_id_;
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
