// What all optimizers share: their list of parameters, their state, and the rules of who is
// skipped.
#pragma once

#include <cstdint>
#include <string>
#include <tapegrad/core/gradient.hpp>
#include <tapegrad/core/visit.hpp>
#include <unordered_map>
#include <vector>

namespace tapegrad {

/// What a step does with the rows that a row gradient does not name.
enum class RowPolicy {
  /// Nothing: no decay, no momentum. A step costs what its touched rows cost. The rows that are
  /// touched use the step count of the whole parameter (as torch.optim.SparseAdam does).
  lazy,
  /// They have gradient zero: the result, to the bit, of the same gradient as a dense array.
  dense,
};

inline namespace TAPEGRAD_PRECISION {

/// What an optimizer keeps for one parameter: the number of steps it took, and arrays of the
/// parameter's shape, as many as Optimizer::state_names and in that order (none before the first
/// step, so a frozen table costs nothing).
struct OptimizerState {
  std::uint64_t steps = 0;
  std::vector<Array> arrays;
};

/// Changes parameters by their gradients.
///
/// A parameter without a gradient is skipped, and its time (the step count of Adam's corrections)
/// stands still; a row gradient of zero rows is a gradient of zero, and time goes on. A frozen
/// parameter is skipped whatever the gradient, and frozen rows keep their bits whatever the
/// momentum and the weight decay. The result has the same bits on any number of threads. Scalars
/// are computed in double, elements in Real.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// One step for every parameter that has a gradient. Throws ShapeError when a gradient has not
  /// its parameter's shape, IndexError when its rows are out of range or not strictly increasing;
  /// then nothing was changed.
  void step(const Gradients& gradients);

  /// The learning rate, and a new one for the steps to come; it must be 0 or more.
  double lr() const { return lr_; }
  void set_lr(double lr);

  /// The parameters it was made for, each once, frozen ones too: they train when unfrozen.
  const std::vector<NamedParameter>& parameters() const { return parameters_; }

  /// The names of the state arrays, PyTorch's: "exp_avg", "momentum_buffer".
  const std::vector<std::string>& state_names() const { return state_names_; }
  /// The state of one parameter, to be saved; and one that was saved, to go on from with the same
  /// bits. Throws std::invalid_argument for a parameter that is not among `parameters`, or arrays
  /// of another number; ShapeError for another shape.
  const OptimizerState& state(const Parameter& p) const;
  void set_state(const Parameter& p, OptimizerState state);

 protected:
  /// Throws std::invalid_argument when there is no parameter, one is undefined, or lr is negative.
  Optimizer(std::string name, std::vector<NamedParameter> parameters, double lr,
            std::vector<std::string> state_names);
  Optimizer(const Optimizer&) = default;
  Optimizer(Optimizer&&) = default;
  Optimizer& operator=(const Optimizer&) = default;
  Optimizer& operator=(Optimizer&&) = default;

 private:
  // One parameter's step number state.steps, the first of which is 1; the arrays are there.
  virtual void update(Parameter& p, const Gradient& gradient, OptimizerState& state) = 0;

  bool skips(const Parameter& p, const Gradients& gradients) const;
  std::size_t place_of(const Parameter& p) const;

  std::string name_;
  std::vector<NamedParameter> parameters_;
  std::vector<OptimizerState> states_;  // of the parameter in the same place
  std::unordered_map<std::uint64_t, std::size_t> places_;
  std::vector<std::string> state_names_;
  double lr_ = 0;
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
