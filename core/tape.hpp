// The tape: what was computed, in the order it was computed. Backward walks it in reverse.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <tapegrad/core/gradient.hpp>
#include <tapegrad/core/profile.hpp>
#include <tapegrad/core/tensor.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// The values an operation keeps for its backward. Whatever it does not save may be freed as soon
/// as its user lets go of it. A parameter is kept by reference with its version.
class Saved {
 public:
  Saved() = default;
  Saved(std::initializer_list<Tensor> tensors);
  /// Saves these tensors.
  template <class... Tensors>
  static Saved of(const Tensors&... tensors) {
    Saved saved;
    saved.items_.reserve(sizeof...(tensors));
    (saved.add(tensors), ...);
    return saved;
  }

  /// The i-th saved value, in the order of saving.
  const Array& operator[](std::size_t i) const { return items_.at(i).tensor.value(); }
  /// The same as Tensor::stored has it: for the rows that the operation looked up.
  const Array& stored(std::size_t i) const { return items_.at(i).tensor.stored(); }

 private:
  friend class Tape;
  struct Item {
    Tensor tensor;
    std::uint64_t version;
  };
  void add(Tensor tensor);

  std::vector<Item, AlignedAllocator<Item>> items_;
};

class Sink;

/// An operation's backward: gets the gradient of its result and what it saved, and hands the
/// gradient of each wanted input to the sink.
using Backward = std::function<void(const Array& dy, const Saved& saved, Sink& sink)>;

/// A scoped recording: operations on this thread are recorded while it lives, if one of their
/// inputs wants a gradient. Tapes nest: the innermost records, and tensors of the others are
/// constants to it. It must end in the order it was made, on its own thread.
class Tape {
 public:
  Tape();
  ~Tape();
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  /// The gradients of `loss` (one element, recorded on this tape) for all trainable parameters it
  /// depends on. The tape is used up and records no more: a second call throws std::logic_error, as
  /// does a loss of several elements, a loss that is not on this tape, and a saved parameter that
  /// was changed since.
  Gradients backward(const Tensor& loss);

  /// The number of recorded operations, those inside checkpoints among them.
  std::size_t size() const { return entries_.size(); }

  /// Whether this tape records an operation with this input (which may be undefined).
  bool records(const Tensor& input) const {
    if (used_) return false;
    return input.leaf() ? !input.leaf()->frozen : input.tape() == id_;
  }

  /// Runs `segment` and keeps nothing of what it records but its result; backward calls `again`,
  /// which must give the same result, and goes through what that records. For `checkpoint`
  /// (core/checkpoint.hpp); needs a current tape.
  static Tensor checkpoint(const std::function<Tensor()>& segment, std::function<Tensor()> again);

  /// The innermost living tape of this thread; nullptr if there is none.
  static Tape* current();

 private:
  friend class Sink;
  friend Tensor record(const char*, std::initializer_list<Tensor>, Tensor, Saved, Backward);
  friend Tensor record(const char*, const std::vector<Tensor>&, Tensor, Saved, Backward);

  // Where the gradient of an input goes: a place on this tape, a parameter, or nowhere.
  struct Input {
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    std::size_t position = none;
    std::shared_ptr<Leaf> leaf;
    bool given = false;  // its gradient was handed over
  };
  struct Entry {
    const char* name;
    Shape shape;
    std::size_t first_input;  // its inputs, one after the other in inputs_
    std::size_t inputs;
    Saved saved;
    Backward backward;
  };

  // The sum of the gradients that have arrived so far at each place.
  using Pending = std::vector<std::unique_ptr<Array>>;

  static Tensor record(const char* name, const Tensor* inputs, std::size_t count, Tensor result,
                       Saved saved, Backward backward);
  Saved close_segment(std::size_t first);
  Tensor run_again(const std::function<Tensor()>& again, std::uint64_t mode);
  void backward_through(const Tensor& result, const Array& dy, std::size_t first, Sink& sink);
  void walk(std::size_t first, Pending& pending, Gradients& gradients);
  void check_backward(const Tensor& loss) const;
  static void check_versions(const char* name, const Saved& saved);

  std::uint64_t id_;
  Tape* outer_;
  bool used_ = false;
  std::vector<Entry, AlignedAllocator<Entry>> entries_;
  std::vector<Input, AlignedAllocator<Input>> inputs_;
};

/// Saves these tensors: `saved(x, y)`. Without a tape there is no backward to save them for.
template <class... Tensors>
Saved saved(const Tensors&... tensors) {
  return Tape::current() == nullptr ? Saved() : Saved::of(tensors...);
}

/// Whether `record` would put an operation with these inputs on the tape. Most operations need not
/// ask; those do that have more to prepare for their backward than `saved`.
template <class... Tensors>
bool recording(const Tensors&... inputs) {
  const Tape* tape = Tape::current();
  return tape != nullptr && (tape->records(inputs) || ...);
}

/// Takes the gradients that an operation hands over, once for each input.
class Sink {
 public:
  /// Whether the gradient of this input is of use to anybody.
  bool wants(std::size_t input) const;
  /// The shape of a wanted input, which its gradient must have.
  const Shape& shape(std::size_t input) const;
  /// Hands over the gradient of one input. A gradient of the wrong shape throws ShapeError, one
  /// that is handed over twice std::logic_error; both name the operation and the input.
  void add(std::size_t input, Array gradient);
  void add(std::size_t input, RowGrad gradient);
  /// Hands over a gradient that is zero but for a part: `add_to` adds that part to the array it
  /// gets, which has the input's shape. Many parts of one tensor then share one array.
  void add_part(std::size_t input, const std::function<void(Array&)>& add_to);

 private:
  friend class Tape;
  Sink(Tape& tape, std::size_t place, Tape::Pending& pending, Gradients& gradients)
      : tape_(tape), place_(place), pending_(pending), gradients_(gradients) {}

  const Tape::Entry& entry() const { return tape_.entries_[place_]; }
  Tape::Input& source(std::size_t input) const;
  void mark_given(std::size_t input);
  void give(std::size_t input, Gradient gradient);
  void add_to_position(std::size_t position, Gradient gradient);

  void check_sum(std::size_t input) const;

  Tape& tape_;
  std::size_t place_;
  Tape::Pending& pending_;
  Gradients& gradients_;
};

/// Puts an operation on the current tape, if there is one and an input wants a gradient, and
/// returns the result with its place; otherwise returns the result as it is. Inputs may be
/// undefined.
Tensor record(const char* name, std::initializer_list<Tensor> inputs, Tensor result, Saved saved,
              Backward backward);
Tensor record(const char* name, const std::vector<Tensor>& inputs, Tensor result, Saved saved,
              Backward backward);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
