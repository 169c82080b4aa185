#include <tapegrad/core/tape.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <tapegrad/core/errors.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

thread_local Tape* current_tape = nullptr;

std::uint64_t next_tape_id() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

Saved::Saved(std::initializer_list<Tensor> tensors) {
  items_.reserve(tensors.size());
  for (const Tensor& tensor : tensors) {
    items_.push_back({tensor, tensor.leaf() ? tensor.leaf()->version : 0});
  }
}

Tape::Tape() : id_(next_tape_id()), outer_(current_tape) {
  current_tape = this;
}

Tape::~Tape() {
  current_tape = outer_;
}

Tape* Tape::current() {
  return current_tape;
}

bool Tape::wants_gradient(const Tensor& tensor) const {
  if (tensor.leaf()) return !tensor.leaf()->frozen;
  return tensor.tape() == id_;
}

bool Tape::records(const Tensor* inputs, std::size_t count) {
  const Tape* tape = current_tape;
  return tape != nullptr && !tape->used_ &&
         std::any_of(inputs, inputs + count,
                     [&](const Tensor& t) { return tape->wants_gradient(t); });
}

bool records(std::initializer_list<Tensor> inputs) {
  return Tape::records(inputs.begin(), inputs.size());
}

Tensor Tape::record(const char* name, const Tensor* inputs, std::size_t count, Tensor result,
                    Saved saved, Backward backward) {
  if (profiling()) add_profile_bytes(result.value().size() * sizeof(Real));
  if (!records(inputs, count)) return result;
  Tape* tape = current_tape;
  std::vector<Input> sources(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (!tape->wants_gradient(inputs[i])) continue;
    if (inputs[i].leaf()) {
      sources[i].leaf = inputs[i].leaf();
    } else {
      sources[i].position = inputs[i].position();
    }
  }
  result.tape_ = tape->id_;
  result.position_ = tape->entries_.size();
  tape->entries_.push_back(
      {name, result.shape(), std::move(sources), std::move(saved), std::move(backward)});
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

void Tape::check_versions(const Entry& entry) {
  for (std::size_t i = 0; i < entry.saved.items_.size(); ++i) {
    const Saved::Item& item = entry.saved.items_[i];
    if (item.tensor.leaf() && item.tensor.leaf()->version != item.version) {
      throw std::logic_error(
          fmt::format("{}: a parameter of shape {} that backward needs was changed since forward",
                      entry.name, to_string(item.tensor.shape())));
    }
  }
}

Gradients Tape::backward(const Tensor& loss) {
  const ProfileSpan whole("Tape::backward", Phase::backward);
  check_backward(loss);
  used_ = true;
  Gradients gradients;
  Sink::Pending pending(loss.position() + 1);
  pending.back() = std::make_unique<Array>(full(loss.shape(), Real(1)));
  for (std::size_t i = pending.size(); i-- > 0;) {
    Entry& entry = entries_[i];
    if (pending[i]) {
      const ProfileSpan span(entry.name, Phase::backward);
      check_versions(entry);
      Sink sink(*this, entry, pending, gradients);
      entry.backward(*pending[i], entry.saved, sink);
      pending[i].reset();
    }
    entry.saved = {};
    entry.backward = nullptr;
  }
  return gradients;
}

bool Sink::wants(std::size_t input) const {
  const Tape::Input& source = entry_.inputs.at(input);
  return source.position != Tape::Input::none || (source.leaf && !source.leaf->frozen);
}

const Shape& Sink::shape_of(std::size_t input) const {
  const Tape::Input& source = entry_.inputs[input];
  return source.leaf ? source.leaf->stored.shape() : tape_.entries_[source.position].shape;
}

void Sink::add_to_position(std::size_t position, Gradient gradient) {
  std::unique_ptr<Array>& to = pending_[position];
  if (!to) {
    to = std::make_unique<Array>(gradient.to_dense(tape_.entries_[position].shape));
    return;
  }
  Gradient sum(std::move(*to));
  sum.add(std::move(gradient));
  *to = sum.take_dense();
}

void Sink::give(std::size_t input, Gradient gradient) {
  if (!wants(input)) return;
  if (given_[input]) {
    throw std::logic_error(
        fmt::format("{}: backward handed over the gradient of input {} twice", entry_.name, input));
  }
  given_[input] = true;
  if (profiling()) add_profile_bytes(gradient.bytes());
  const auto who = [&] {
    return fmt::format("{}: the gradient that backward gave to input {}", entry_.name, input);
  };
  check_gradient(who, gradient, shape_of(input));
  const Tape::Input& source = entry_.inputs[input];
  if (source.leaf) {
    gradients_.add_to_leaf(*source.leaf, std::move(gradient));
  } else {
    add_to_position(source.position, std::move(gradient));
  }
}

void Sink::add(std::size_t input, Array gradient) {
  give(input, Gradient(std::move(gradient)));
}

void Sink::add(std::size_t input, RowGrad gradient) {
  give(input, Gradient(std::move(gradient)));
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
