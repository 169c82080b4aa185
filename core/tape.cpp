#include <tapegrad/core/tape.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <tapegrad/core/anomaly.hpp>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/kernels/denormals.hpp>
#include <utility>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

thread_local Tape* current_tape = nullptr;

// How much the last tape of this thread recorded. Steps repeat: the next one makes room for as much
// at once, instead of moving to larger places on its way.
thread_local std::size_t last_entries = 0;
thread_local std::size_t last_inputs = 0;

std::uint64_t next_tape_id() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

Saved::Saved(std::initializer_list<Tensor> tensors) {
  items_.reserve(tensors.size());
  for (const Tensor& tensor : tensors) add(tensor);
}

void Saved::add(Tensor tensor) {
  const std::uint64_t version = tensor.leaf() ? tensor.leaf()->version : 0;
  items_.push_back({std::move(tensor), version});
}

Tape::Tape() : id_(next_tape_id()), outer_(current_tape) {
  entries_.reserve(last_entries);
  inputs_.reserve(last_inputs);
  current_tape = this;
}

Tape::~Tape() {
  current_tape = outer_;
  constexpr std::size_t most = 1U << 14U;
  last_entries = std::min(entries_.size(), most);
  last_inputs = std::min(inputs_.size(), most);
}

Tape* Tape::current() {
  return current_tape;
}

Tensor Tape::record(const char* name, const Tensor* inputs, std::size_t count, Tensor result,
                    Saved saved, Backward backward) {
  if (profiling()) add_profile_bytes(result.value().size() * sizeof(Real));
  Tape* tape = current_tape;
  if (const DetectAnomaly* guard = DetectAnomaly::current()) {
    std::optional<std::size_t> place;
    if (tape != nullptr) place = tape->size();
    guard->check_result(name, place, inputs, count, result.value());
  }
  if (tape == nullptr ||
      std::none_of(inputs, inputs + count, [&](const Tensor& t) { return tape->records(t); })) {
    return result;
  }
  const std::size_t first_input = tape->inputs_.size();
  for (std::size_t i = 0; i < count; ++i) {
    Input& source = tape->inputs_.emplace_back();
    if (!tape->records(inputs[i])) continue;
    if (inputs[i].leaf()) {
      source.leaf = inputs[i].leaf();
    } else {
      source.position = inputs[i].position();
    }
  }
  result.tape_ = tape->id_;
  result.position_ = tape->entries_.size();
  tape->entries_.push_back(
      {name, result.shape(), first_input, count, std::move(saved), std::move(backward)});
  return result;
}

Tensor record(const char* name, std::initializer_list<Tensor> inputs, Tensor result, Saved saved,
              Backward backward) {
  return Tape::record(name, inputs.begin(), inputs.size(), std::move(result), std::move(saved),
                      std::move(backward));
}

Tensor record(const char* name, const std::vector<Tensor>& inputs, Tensor result, Saved saved,
              Backward backward) {
  return Tape::record(name, inputs.data(), inputs.size(), std::move(result), std::move(saved),
                      std::move(backward));
}

void Tape::check_backward(const Tensor& loss) const {
  if (used_) {
    throw std::logic_error("backward: this tape was used up by an earlier backward");
  }
  if (!loss.defined() || loss.value().size() != 1) {
    throw std::logic_error(
        fmt::format("backward: the loss must have one element, its shape is {}",
                    loss.defined() ? to_string(loss.shape()) : std::string("undefined")));
  }
  if (loss.leaf() || loss.tape() != id_) {
    throw std::logic_error(
        "backward: the loss is not on this tape: it was computed before the tape began, on another "
        "tape, or from frozen parameters and constants only");
  }
}

void Tape::check_versions(const char* name, const Saved& saved) {
  for (const Saved::Item& item : saved.items_) {
    if (item.tensor.leaf() && item.tensor.leaf()->version != item.version) {
      throw std::logic_error(
          fmt::format("{}: a parameter of shape {} that backward needs was changed since forward",
                      name, to_string(item.tensor.shape())));
    }
  }
}

Gradients Tape::backward(const Tensor& loss) {
  const ProfileSpan whole("Tape::backward", Phase::backward);
  check_backward(loss);
  used_ = true;
  const FlushDenormals flush;
  Gradients gradients;
  Pending pending(entries_.size());
  pending[loss.position()] = std::make_unique<Array>(full(loss.shape(), Real(1)));
  walk(0, pending, gradients);
  return gradients;
}

// Goes backward from the last entry to `first`. Backward of a checkpoint records entries and
// forgets them again, so nothing here refers to entries_ while an operation's backward runs.
void Tape::walk(std::size_t first, Pending& pending, Gradients& gradients) {
  for (std::size_t i = entries_.size(); i-- > first;) {
    const char* name = entries_[i].name;
    const Saved saved = std::exchange(entries_[i].saved, {});
    const Backward backward = std::exchange(entries_[i].backward, nullptr);
    const std::unique_ptr<Array> dy = std::move(pending[i]);
    if (!dy) continue;
    if (!backward) {
      throw std::logic_error(
          fmt::format("{}: its result was computed inside a checkpoint and used outside; only the "
                      "checkpoint's own result may leave it",
                      name));
    }
    const ProfileSpan span(name, Phase::backward);
    check_versions(name, saved);
    Sink sink(*this, i, pending, gradients);
    backward(*dy, saved, sink);
  }
}

// Records what `again` computes, on this tape although it is in its backward, and with the
// floating-point mode of the forward.
Tensor Tape::run_again(const std::function<Tensor()>& again, std::uint64_t mode) {
  struct Resumed {
    Tape& tape;
    Tape* before;
    explicit Resumed(Tape& resumed) : tape(resumed), before(std::exchange(current_tape, &resumed)) {
      tape.used_ = false;
    }
    Resumed(const Resumed&) = delete;
    Resumed& operator=(const Resumed&) = delete;
    ~Resumed() {
      tape.used_ = true;
      current_tape = before;
    }
  };
  const FloatingPointMode as_in_forward(mode);
  const Resumed resumed(*this);
  return again();
}

Tape::Input& Sink::source(std::size_t input) const {
  if (input >= entry().inputs) {
    throw std::out_of_range(
        fmt::format("{}: backward asks for input {} of {}", entry().name, input, entry().inputs));
  }
  return tape_.inputs_[entry().first_input + input];
}

bool Sink::wants(std::size_t input) const {
  const Tape::Input& from = source(input);
  return from.position != Tape::Input::none || (from.leaf && !from.leaf->frozen);
}

const Shape& Sink::shape(std::size_t input) const {
  const Tape::Input& from = source(input);
  if (from.leaf) return from.leaf->stored.shape();
  if (from.position == Tape::Input::none) {
    throw std::logic_error(
        fmt::format("{}: backward asks for the shape of input {}, which wants no gradient",
                    entry().name, input));
  }
  return tape_.entries_[from.position].shape;
}

void Sink::mark_given(std::size_t input) {
  if (source(input).given) {
    throw std::logic_error(fmt::format("{}: backward handed over the gradient of input {} twice",
                                       entry().name, input));
  }
  source(input).given = true;
}

void Sink::add_to_position(std::size_t position, Gradient gradient) {
  std::unique_ptr<Array>& to = pending_[position];
  if (!to && gradient.is_dense()) {
    to = std::make_unique<Array>(gradient.take_dense());
    return;
  }
  Gradient sum(to ? std::move(*to) : zeros(tape_.entries_[position].shape));
  sum.add(std::move(gradient));
  to = std::make_unique<Array>(sum.take_dense());
}

void Sink::give(std::size_t input, Gradient gradient) {
  if (!wants(input)) return;
  mark_given(input);
  if (profiling()) add_profile_bytes(gradient.bytes());
  const auto who = [&] {
    return fmt::format("{}: the gradient that backward gave to input {}", entry().name, input);
  };
  check_gradient(who, gradient, shape(input));
  const Tape::Input& to = source(input);
  if (to.leaf) {
    gradients_.add_to_leaf(*to.leaf, std::move(gradient));
  } else {
    add_to_position(to.position, std::move(gradient));
  }
  if (DetectAnomaly::current() != nullptr) check_sum(input);
}

// What has arrived for this input so far must be finite.
void Sink::check_sum(std::size_t input) const {
  const Tape::Input& to = source(input);
  const DetectAnomaly& guard = *DetectAnomaly::current();
  if (!to.leaf) {
    guard.check_gradient(entry().name, place_, input, nullptr, *pending_[to.position]);
    return;
  }
  const Gradient& sum = gradients_.by_id_.at(to.leaf->id);
  const bool rows = sum.is_rows();
  guard.check_gradient(entry().name, place_, input, to.leaf.get(),
                       rows ? sum.rows().values : sum.dense(), rows ? &sum.rows().rows : nullptr);
}

void Sink::add(std::size_t input, Array gradient) {
  give(input, Gradient(std::move(gradient)));
}

void Sink::add(std::size_t input, RowGrad gradient) {
  give(input, Gradient(std::move(gradient)));
}

void Sink::add_part(std::size_t input, const std::function<void(Array&)>& add_to) {
  if (!wants(input)) return;
  const std::size_t position = source(input).position;
  if (position == Tape::Input::none) {
    Array gradient = zeros(shape(input));
    add_to(gradient);
    give(input, Gradient(std::move(gradient)));
    return;
  }
  mark_given(input);
  std::unique_ptr<Array>& sum = pending_[position];
  if (!sum) sum = std::make_unique<Array>(zeros(shape(input)));
  add_to(*sum);
  if (DetectAnomaly::current() != nullptr) check_sum(input);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
