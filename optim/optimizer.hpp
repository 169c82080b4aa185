// What all optimizers share: their groups of parameters, their state, and the rules of who is
// skipped.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
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
  /// gives every row a gradient, it is `dense`:
  ///
  ///   optimizer           what moves rows without a gradient      exact is
  ///   SGD                 momentum                                a closed form; lazy without it
  ///   Adam, AdamW         momentum, AdamW's decay                 a short series
  ///   with amsgrad        the same over a maximum that rests      a short series
  ///   Adagrad             nothing                                 lazy
  ///   RMSprop             momentum; its averages shrink           a closed form
  ///   SGD, Adam, Adagrad, RMSprop with weight_decay (L2)          dense
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

/// Which steps the rows of a table lag behind under RowPolicy::exact.
struct LaggingSteps {
  static constexpr std::uint32_t never = static_cast<std::uint32_t>(-1);

  std::vector<double> rates;           // learning rates of the steps since all rows were settled
  std::vector<std::uint32_t> settled;  // for each row the number of those steps up to which it is
                                       // settled; never: it got no gradient yet
};

/// What a step depends on beside the stored value of its parameter: an optimizer's own data, valid
/// up to its next step.
struct StoredState {
  const OptimizerState& state;  // of lagging rows what is stored
  const LaggingSteps* lagging;  // nullptr: no row lags
};

/// What an optimizer computes, with the settings of one group of parameters.
class UpdateRule {
 public:
  virtual ~UpdateRule() = default;
  UpdateRule(const UpdateRule&) = delete;
  UpdateRule& operator=(const UpdateRule&) = delete;

  /// "Adam"; the names of its state arrays, PyTorch's: "exp_avg"; its policy, in which `exact` may
  /// have become `dense`.
  const char* name() const { return name_; }
  const std::vector<std::string>& state_names() const { return state_names_; }
  RowPolicy row_policy() const { return row_policy_; }

  /// One parameter's step number state.steps, the first of which is 1; the arrays are there, zeros
  /// in the first step. RowPolicy::exact wants what `lazy` does.
  virtual void update(Parameter& p, const Gradient& gradient, OptimizerState& state,
                      double lr) const = 0;
  /// Throws std::invalid_argument when the learning rate does not fit the other settings.
  virtual void check_lr(double /*lr*/) const {}
  /// What steps do to rows without a gradient, for RowPolicy::exact; nullptr if nothing.
  virtual std::unique_ptr<Drift> make_drift() const;

 protected:
  UpdateRule(const char* name, RowPolicy row_policy, std::vector<std::string> state_names)
      : name_(name), row_policy_(row_policy), state_names_(std::move(state_names)) {}

 private:
  const char* name_;
  RowPolicy row_policy_;
  std::vector<std::string> state_names_;
};

/// Changes parameters by their gradients. The parameters come in groups, each with settings of its
/// own; the first group is given when the optimizer is made, others with add_param_group.
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
  /// How often `step` was called.
  std::uint64_t steps() const { return steps_; }

  /// Brings all rows up to date (RowPolicy::exact). That rounds otherwise than moving them later,
  /// so call it at fixed steps, as `fit` does at the end of each epoch.
  void settle();

  /// The number of groups, counted in the order in which they came.
  std::size_t groups() const { return groups_.size(); }
  /// "Adam": the rule of the first group.
  const char* name() const { return groups_[0].rule->name(); }
  /// The learning rate of a group's next step: its base times the factor.
  double lr(std::size_t group = 0) const { return base_lr(group) * lr_factor_; }
  /// The base, at first the `lr` of the group's options.
  double base_lr(std::size_t group = 0) const { return groups_.at(group).lr; }
  /// A new base for all groups, or for one; it must be 0 or more. Throws std::out_of_range when
  /// there is no such group.
  void set_lr(double lr);
  void set_lr(double lr, std::size_t group);
  /// The factor that all groups share; 1 unless a schedule (LRScheduler) sets it.
  double lr_factor() const { return lr_factor_; }
  void set_lr_factor(double factor);

  /// The parameters of all groups, each once, frozen ones too: they train when unfrozen.
  const std::vector<NamedParameter>& parameters() const { return parameters_; }
  bool contains(const Parameter& p) const { return places_.count(p.id()) > 0; }

  /// The names of a parameter's state arrays, PyTorch's: "exp_avg", "momentum_buffer". Without a
  /// parameter: of those of the first group.
  const std::vector<std::string>& state_names() const { return groups_[0].rule->state_names(); }
  const std::vector<std::string>& state_names(const Parameter& p) const;
  /// The state of one parameter, to be saved; and one that was saved, to go on from with the same
  /// bits (with RowPolicy::exact, if `settle` was called before). Throws std::invalid_argument for
  /// a parameter that is not among `parameters`, or arrays of another number; ShapeError for
  /// another shape.
  OptimizerState state(const Parameter& p) const;
  void set_state(const Parameter& p, OptimizerState state);

  /// The same as it stands in the middle of a training, settling nothing, to be saved together with
  /// the parameter's stored value (Leaf::stored): who goes on from both goes on with the same bits.
  StoredState stored_state(const Parameter& p) const;
  /// Puts both back: `stored` is the parameter's stored value. Errors as in set_state;
  /// std::invalid_argument for lagging steps that cannot be. Then nothing was changed.
  void restore(const Parameter& p, Array stored, OptimizerState state,
               std::optional<LaggingSteps> lagging);
  /// `steps` of an optimizer whose training goes on.
  void restore_steps(std::uint64_t steps) { steps_ = steps; }

 protected:
  Optimizer() = default;
  /// Throws std::invalid_argument when there is no parameter, one is undefined or in another group,
  /// or lr is negative; then nothing was changed. One that is given twice counts once.
  void add_group(std::vector<NamedParameter> parameters, double lr,
                 std::unique_ptr<const UpdateRule> rule);

 private:
  struct Group {
    double lr;  // the base
    std::unique_ptr<const UpdateRule> rule;
  };
  // What belongs to the parameter in the same place.
  struct Slot {
    std::size_t group = 0;
    std::shared_ptr<OptimizerState> state = std::make_shared<OptimizerState>();
    std::shared_ptr<ExactRows> exact = nullptr;
  };

  const UpdateRule& rule_of(const Slot& slot) const { return *groups_[slot.group].rule; }
  bool skips(const Parameter& p, const Gradients& gradients) const;
  std::size_t place_of(const Parameter& p) const;
  void check_state(std::size_t place, const OptimizerState& state) const;
  void check_lagging(std::size_t place, std::uint64_t steps, const LaggingSteps& lagging) const;
  void step_parameter(Parameter& p, const Gradient& gradient, Slot& slot);

  std::vector<Group> groups_;
  std::vector<NamedParameter> parameters_;
  std::vector<Slot> slots_;
  std::unordered_map<std::uint64_t, std::size_t> places_;
  double lr_factor_ = 1;
  std::uint64_t steps_ = 0;
};

/// An optimizer with these options, which have `lr` among them; beside them is
/// `std::unique_ptr<const UpdateRule> make_rule(const Options&)`, which checks them. Its
/// constructor and add_param_group throw what make_rule and Optimizer::add_group throw.
template <class Options>
class OptimizerWith final : public Optimizer {
 public:
  explicit OptimizerWith(std::vector<NamedParameter> parameters, const Options& options = {}) {
    add_param_group(std::move(parameters), options);
  }
  /// For all parameters of a model.
  template <class Model>
  requires(!IsParameter<Model>) explicit OptimizerWith(const Model& model,
                                                       const Options& options = {})
      : OptimizerWith(tapegrad::parameters(model), options) {}

  /// More parameters, with settings of their own.
  void add_param_group(std::vector<NamedParameter> parameters, const Options& options) {
    add_group(std::move(parameters), options.lr, make_rule(options));
  }
  /// All parameters of a model, or of a part of it.
  template <class Model>
  requires(!IsParameter<Model>) void add_param_group(const Model& model, const Options& options) {
    add_param_group(tapegrad::parameters(model), options);
  }
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
