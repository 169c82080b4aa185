// Tensors: the values that operations take and give.
#pragma once

#include <cstdint>
#include <memory>
#include <tapegrad/core/parameter.hpp>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// A value, as a handle: copies share it, and nothing changes it. It is a constant, the value of a
/// parameter, or the result of an operation, in which case it may have a place on a tape. A
/// default-constructed one is undefined: an optional argument left out.
class Tensor {
 public:
  Tensor() = default;
  /// A constant.
  explicit Tensor(Array value)
      : value_(std::allocate_shared<Array>(AlignedAllocator<Array>(), std::move(value))) {}
  /// The parameter's value, whose gradient `backward` gives under the parameter's id.
  Tensor(const Parameter& parameter)  // NOLINT(google-explicit-constructor): the same thing, read
      : leaf_(parameter.leaf()) {}

  bool defined() const { return value_ || leaf_; }
  /// Throws std::logic_error when the tensor is undefined.
  const Array& value() const {
    if (leaf_) return leaf_->value();
    if (!value_) throw_undefined();
    return *value_;
  }
  const Shape& shape() const { return stored().shape(); }
  /// The number of dimensions.
  std::size_t dim() const { return shape().size(); }
  /// The size of dimension `axis`.
  std::size_t size(std::size_t axis) const { return shape().at(axis); }
  /// The single number of a one-element tensor; throws std::logic_error if there are more.
  Real item() const;

  /// The value, in which rows of a parameter may lag behind their optimizer: for lookups, which
  /// bring up to date the rows they read (TableRows).
  const Array& stored() const { return leaf_ ? leaf_->stored : value(); }
  /// The parameter this tensor stands for, if it does.
  const std::shared_ptr<Leaf>& leaf() const { return leaf_; }
  /// The tape this tensor was recorded on (0: none) and its place there.
  std::uint64_t tape() const { return tape_; }
  std::size_t position() const { return position_; }

 private:
  friend class Tape;
  friend Tensor stop_gradient(const Tensor& x);
  [[noreturn]] static void throw_undefined();

  std::shared_ptr<const Array> value_;
  std::shared_ptr<Leaf> leaf_;
  std::uint64_t tape_ = 0;
  std::size_t position_ = 0;
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
