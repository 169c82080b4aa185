// Training that diverges: numbers that are no longer finite, and the operation that made them.
#pragma once

#include <functional>
#include <stdexcept>
#include <tapegrad/core/gradient.hpp>
#include <tapegrad/core/tape.hpp>
#include <tapegrad/core/visit.hpp>
#include <vector>

namespace tapegrad {

/// A loss, a gradient or a parameter holds NaN or an infinity; the text says which, and where it
/// came from.
class NotFiniteError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline namespace TAPEGRAD_PRECISION {

/// The gradients of a loss that was recorded on `tape`. If the loss, or the gradient of one of
/// these parameters, is not finite, calls `forward` once more to find the first operation that is
/// to blame, and throws NotFiniteError. It must give the same loss: with the same Context, and
/// parameters that are as they were.
Gradients finite_gradients(Tape& tape, const Tensor& loss,
                           const std::vector<NamedParameter>& parameters,
                           const std::function<Tensor()>& forward);

/// Throws NotFiniteError when a stored value of one of these is not finite.
void check_finite(const std::vector<NamedParameter>& parameters);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
