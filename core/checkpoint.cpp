#include <tapegrad/core/checkpoint.hpp>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <tapegrad/core/kernels/denormals.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

// A number that differs for arrays that differ, but for the rarest chance: FNV-1a of the values.
std::uint64_t fingerprint(const Array& values) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, values.data() + i, sizeof(Real));
    hash = (hash ^ bits) * 0x100000001B3U;
  }
  return hash;
}

}  // namespace

// The segment is recorded as usual, which tells whether its result wants a gradient. Then its
// entries are emptied; their places stay, so that a tensor that leaked out of it is recognized.
Tensor Tape::checkpoint(const std::function<Tensor()>& segment, std::function<Tensor()> again) {
  const ProfileSpan span("checkpoint");
  Tape& tape = *current();
  const std::size_t first = tape.entries_.size();
  Tensor y = segment();
  if (y.leaf() || y.tape() != tape.id_ || y.position() < first) return y;
  Saved leaves = tape.close_segment(first);
  const std::uint64_t wanted = fingerprint(y.value());
  const std::uint64_t mode = FloatingPointMode::current();
  y.position_ = tape.entries_.size();
  tape.entries_.push_back(
      {"checkpoint", y.shape(), tape.inputs_.size(), 0, std::move(leaves),
       [again = std::move(again), wanted, mode](const Array& dy, const Saved&, Sink& sink) {
         const std::size_t begin = sink.tape_.entries_.size();
         const Tensor result = sink.tape_.run_again(again, mode);
         if (fingerprint(result.value()) != wanted) {
           throw std::logic_error(
               "checkpoint: the call in backward gave another result than that "
               "in forward; a Context must be an argument of checkpoint, and "
               "what the function refers to must not change in between");
         }
         sink.tape_.backward_through(result, dy, begin, sink);
       }});
  return y;
}

// Empties the entries from `first` on, and returns the parameters they know, with their versions.
Saved Tape::close_segment(std::size_t first) {
  Saved leaves;
  const auto add = [&](const std::shared_ptr<Leaf>& leaf) {
    const bool known = std::any_of(leaves.items_.begin(), leaves.items_.end(),
                                   [&](const auto& item) { return item.tensor.leaf() == leaf; });
    if (!leaf || known) return;
    Tensor tensor;
    tensor.leaf_ = leaf;
    leaves.add(std::move(tensor));
  };
  const std::size_t first_input = entries_[first].first_input;
  for (std::size_t i = first_input; i < inputs_.size(); ++i) add(inputs_[i].leaf);
  for (std::size_t i = first; i < entries_.size(); ++i) {
    for (const Saved::Item& item : entries_[i].saved.items_) add(item.tensor.leaf());
    entries_[i].saved = {};
    entries_[i].backward = nullptr;
  }
  inputs_.resize(first_input);
  return leaves;
}

// Goes through what `run_again` recorded from `first` on, as if it stood in the checkpoint's place,
// and forgets it.
void Tape::backward_through(const Tensor& result, const Array& dy, std::size_t first, Sink& sink) {
  if (entries_.size() == first) return;  // all was frozen in between
  const std::size_t first_input = entries_[first].first_input;
  if (result.tape() == id_ && result.position() >= first) {
    sink.pending_.resize(entries_.size());
    sink.pending_[result.position()] = std::make_unique<Array>(dy);
    walk(first, sink.pending_, sink.gradients_);
    sink.pending_.resize(first);
  }
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(first), entries_.end());
  inputs_.resize(first_input);
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION
