// Parameters: the leaves of the computation, what an optimizer changes.
#pragma once

#include <cstdint>
#include <memory>
#include <tapegrad/core/array.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

struct Leaf;

/// The rows of a parameter whose stored values lag behind their true ones, because the optimizer
/// moves a row without a gradient only when somebody needs it (RowPolicy::exact). Frozen rows never
/// lag. Rows are given strictly increasing. All functions may be called from several threads.
class LaggingRows {
 public:
  virtual ~LaggingRows() = default;
  /// Whether a row may lag.
  virtual bool any() const = 0;
  /// Brings the stored values of these rows up to date, and those of all rows.
  virtual void catch_up(Leaf& leaf, const std::vector<Index>& rows) = 0;
  virtual void settle(Leaf& leaf) = 0;
  /// The true values of these rows -> [rows, D], and of all rows; the stored ones stay as they are.
  virtual Array read(const Leaf& leaf, const std::vector<Index>& rows) const = 0;
  virtual const Array& all(const Leaf& leaf) const = 0;
};

/// The state that all handles of one parameter share.
struct Leaf {
  std::uint64_t id;           // never reused
  Array stored;               // the value, except for lagging rows
  std::uint64_t version = 0;  // counts the changes of the value
  bool frozen = false;
  std::vector<Index> frozen_rows = {};             // strictly increasing
  std::shared_ptr<LaggingRows> lagging = nullptr;  // set by an optimizer

  bool lags() const { return lagging && lagging->any(); }
  const Array& value() const { return lags() ? lagging->all(*this) : stored; }
  /// Writes the true values of all rows.
  void settle() {
    if (lags()) lagging->settle(*this);
  }
};

/// A trainable array, as a handle: copies share value, freezing and identity. Use it wherever a
/// Tensor is wanted. A default-constructed one is undefined (a Linear without bias has one).
class Parameter {
 public:
  Parameter() = default;
  explicit Parameter(Array value);

  bool defined() const { return leaf_ != nullptr; }
  /// The value, valid until the parameter is changed. If rows lag behind their optimizer, it is
  /// computed on the side: looking at a parameter never changes it.
  const Array& value() const { return leaf_->value(); }
  const Shape& shape() const { return leaf_->stored.shape(); }

  /// The value, to be written to. Whatever a tape saved of the old value is out of date from here
  /// on: backward over it is an error that names the operation.
  Array& mutate();
  /// The same for an optimizer's step, which knows which rows lag: they are left as they are.
  Array& mutate_stored();
  /// Replaces the value; throws ShapeError when `value` has another shape.
  void assign(Array value);

  /// Identifies the parameter, whatever handle holds it; never reused.
  std::uint64_t id() const { return leaf_->id; }
  /// How often the value was changed.
  std::uint64_t version() const { return leaf_->version; }

  /// A frozen parameter gets no gradient, and no optimizer touches it.
  bool frozen() const { return leaf_->frozen; }
  void set_frozen(bool frozen);

  /// The rows (of the first dimension, strictly increasing) that get no gradient and that no
  /// optimizer or initializer touches.
  const std::vector<Index>& frozen_rows() const { return leaf_->frozen_rows; }
  /// Sets these rows, in any order. Throws IndexError when one is out of range.
  void set_frozen_rows(std::vector<Index> rows);

  const std::shared_ptr<Leaf>& leaf() const { return leaf_; }

 private:
  std::shared_ptr<Leaf> leaf_;
};

/// The number of rows of an array: its first dimension, 1 for a single number.
inline std::size_t rows_of(const Shape& shape) {
  return shape.empty() ? 1 : shape[0];
}
/// The number of elements of one row; 0 if there are no rows.
inline std::size_t row_width(const Shape& shape) {
  const std::size_t rows = rows_of(shape);
  return rows == 0 ? 0 : count(shape) / rows;
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
