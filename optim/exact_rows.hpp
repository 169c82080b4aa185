// RowPolicy::exact: rows without a gradient are moved when somebody needs them.
#pragma once

#include <memory>
#include <mutex>
#include <tapegrad/core/gradient.hpp>
#include <tapegrad/core/parameter.hpp>
#include <tapegrad/optim/drift.hpp>
#include <tapegrad/optim/optimizer.hpp>
#include <vector>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// The rows of one parameter under RowPolicy::exact: how far each is settled. The parameter keeps
/// it, so that it outlives the optimizer.
class ExactRows final : public LaggingRows {
 public:
  /// `state` is that of a parameter whose rows are settled as far as `steps` says.
  ExactRows(std::shared_ptr<OptimizerState> state, std::unique_ptr<Drift> drift,
            LaggingSteps steps);

  bool any() const override { return !steps_.rates.empty(); }
  void catch_up(Leaf& leaf, const std::vector<Index>& rows) override;
  void settle(Leaf& leaf) override;
  Array read(const Leaf& leaf, const std::vector<Index>& rows) const override;
  const Array& all(const Leaf& leaf) const override;

  /// Before a step with this gradient: settles the rows that it has.
  void prepare(Leaf& leaf, const Gradient& gradient);
  /// After it: those rows are settled, all others have one step more to make up for.
  void advance(const Gradient& gradient, double lr);
  /// The state as if all rows were settled.
  OptimizerState settled_state(const Leaf& leaf) const;
  /// How far the rows are settled.
  const LaggingSteps& steps() const { return steps_; }

 private:
  static constexpr std::uint32_t never = LaggingSteps::never;

  struct Copies {
    Array x;
    std::vector<Array> state;
  };

  void restart();
  std::uint32_t now() const { return static_cast<std::uint32_t>(steps_.rates.size()); }
  bool lags(std::size_t row) const;
  std::size_t settled_step(std::size_t row) const;
  std::vector<Index> all_rows() const;
  std::vector<Index> lagging(const Leaf& leaf, const std::vector<Index>& rows) const;
  Copies settled_copies(const Leaf& leaf, const std::vector<Index>& rows) const;

  std::shared_ptr<OptimizerState> state_;
  std::unique_ptr<Drift> drift_;
  LaggingSteps steps_;
  mutable std::mutex mutex_;             // lookups of several threads
  mutable std::unique_ptr<Array> copy_;  // what `all` returned
  mutable std::uint64_t copied_version_ = 0;
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad
