// Less memory for more time: a part of the computation keeps none of its values for backward, which
// computes them again.
#pragma once

#include <functional>
#include <tapegrad/core/tape.hpp>
#include <type_traits>
#include <utility>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// f(arguments...), of whose operations the tape keeps nothing: backward calls f once more, with
/// copies of the arguments, and goes through what that call recorded (Chen et al., "Training deep
/// nets with sublinear memory cost", 2016; torch.utils.checkpoint). Gradients have the bits that
/// they have without it. f is a layer, or a function that refers to what lives until backward:
///
///   x = checkpoint(block, x, mask, context);
///
/// The arguments may be of any kind; a Context must be one of them, so that the second call draws
/// the same masks. Only the result may leave f. Backward throws std::logic_error when another
/// tensor did, when the second call gives another result than the first, or when a parameter was
/// changed in between.
template <class F, class... Arguments>
requires std::is_invocable_r_v<Tensor, const F&, const Arguments&...> Tensor
checkpoint(const F& f, const Arguments&... arguments) {
  const auto segment = [&] { return f(arguments...); };
  if (Tape::current() == nullptr) return segment();
  // The copies are made before the first call: a Context in them has not counted on.
  std::function<Tensor()> again = [f, arguments...] { return f(arguments...); };
  return Tape::checkpoint(segment, std::move(again));
}

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
