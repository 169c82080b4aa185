// What all optimizers share: their list of parameters, their state, and the rules of who is
// skipped.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <tapegrad/core/gradient.hpp>
#include <tapegrad/core/visit.hpp>
#include <unordered_map>
#include <vector>

namespace tapegrad {

/// What a step does with the rows that a row gradient does not name.
enum class RowPolicy {
  /// They have gradient zero, as with `dense`, but each is moved only when it is needed next: the
  /// result of `dense` but for rounding, at about the cost of `lazy`. A lookup that is recorded
  /// brings its rows up to date, Optimizer::settle and Parameter::mutate all rows; whoever else
  /// looks at the parameter sees the true values without changing anything. With L2 decay, which
  /// gives every row a gradient, it is `dense`.
  exact,
  /// Nothing: no decay, no momentum. A step costs what its touched rows cost. The rows that are
  /// touched use the step count of the whole parameter (as torch.optim.SparseAdam does).
  lazy,
  /// They have gradient zero: the result, to the bit, of the same gradient as a dense array.
  dense,
};

/// "exact", "lazy" or "dense".
std::string to_string(RowPolicy policy);

inline namespace TAPEGRAD_PRECISION {

class Drift;
class ExactRows;

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
  virtual ~Optimizer();
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// One step for every parameter that has a gradient. Throws ShapeError when a gradient has not
  /// its parameter's shape, IndexError when its rows are out of range or not strictly increasing;
  /// then nothing was changed.
  void step(const Gradients& gradients);

  /// Brings all rows up to date (RowPolicy::exact). That rounds otherwise than moving them later,
  /// so call it at fixed steps, as `fit` does at the end of each epoch.
  void settle();

  /// The learning rate, and a new one for the steps to come; it must be 0 or more.
  double lr() const { return lr_; }
  void set_lr(double lr);

  /// The parameters it was made for, each once, frozen ones too: they train when unfrozen.
  const std::vector<NamedParameter>& parameters() const { return parameters_; }

  /// The names of the state arrays, PyTorch's: "exp_avg", "momentum_buffer".
  const std::vector<std::string>& state_names() const { return state_names_; }
  /// The state of one parameter, to be saved; and one that was saved, to go on from with the same
  /// bits (with RowPolicy::exact, if `settle` was called before). Throws std::invalid_argument for
  /// a parameter that is not among `parameters`, or arrays of another number; ShapeError for
  /// another shape.
  OptimizerState state(const Parameter& p) const;
  void set_state(const Parameter& p, OptimizerState state);

 protected:
  /// Throws std::invalid_argument when there is no parameter, one is undefined, or lr is negative.
  Optimizer(std::string name, std::vector<NamedParameter> parameters, double lr,
            RowPolicy row_policy, std::vector<std::string> state_names);
  RowPolicy row_policy() const { return row_policy_; }

 private:
  // What belongs to the parameter in the same place.
  struct Slot {
    std::shared_ptr<OptimizerState> state = std::make_shared<OptimizerState>();
    std::shared_ptr<ExactRows> exact = nullptr;
  };

  // One parameter's step number state.steps, the first of which is 1; the arrays are there.
  // RowPolicy::exact wants what `lazy` does.
  virtual void update(Parameter& p, const Gradient& gradient, OptimizerState& state) = 0;
  // Throws std::invalid_argument when the learning rate does not fit the other options.
  virtual void check_options() const {}
  // What steps do to rows without a gradient, for RowPolicy::exact; nullptr if nothing.
  virtual std::unique_ptr<Drift> make_drift() const;

  bool skips(const Parameter& p, const Gradients& gradients) const;
  std::size_t place_of(const Parameter& p) const;
  void step_parameter(Parameter& p, const Gradient& gradient, Slot& slot);

  std::string name_;
  std::vector<NamedParameter> parameters_;
  std::vector<Slot> slots_;
  std::unordered_map<std::uint64_t, std::size_t> places_;
  RowPolicy row_policy_;
  std::vector<std::string> state_names_;
  double lr_ = 0;
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
